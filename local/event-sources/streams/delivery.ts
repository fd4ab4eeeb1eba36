import type { InvokeResult, Invoker } from "../../lambda/lambda-function";
import type { Clock } from "../clock";
import type { Fault, Faults } from "../faults";

interface StreamEvent {
  readonly Records?: readonly { readonly kinesis?: { readonly data?: string }; readonly dynamodb?: object }[];
}

/**
 * A fault for events that hold a record whose data fits: the function dies of it each time, as of a poison record.
 * @param fits sees the data as text; of a table's change, `dynamodb` as JSON text
 */
export function poison(fits: (data: string) => boolean, stage?: string): Fault {
  const where = (event: unknown) =>
    ((event as StreamEvent).Records ?? []).some(({ kinesis, dynamodb }) =>
      fits(dynamodb ? JSON.stringify(dynamodb) : Buffer.from(kinesis?.data ?? "", "base64").toString("utf8")),
    );
  return { kind: "crash", when: "before", where, ...(stage === undefined ? {} : { stage }) };
}

/**
 * Invokes the function with a batch, through the faults: throttle, service error, timeout, crash and kill come from
 * `Faults.wrap`; a `delay` holds this batch back so that other shards overtake it; a `duplicate` delivers it once more
 * beforehand and loses that answer, as when the poller's own checkpoint fails; a `reorder` delivers the batch before it in
 * its lane once more afterwards, and loses that answer.
 */
export function deliverer(invoker: Invoker, faults: Faults, clock: Clock) {
  const faulty = faults.wrap(invoker);
  const lastOf = new Map<string, string>();
  return async (arn: string, payload: string, requestId: string, lane: string): Promise<InvokeResult> => {
    const [delay = 0, ...more] = faults.copies(arn, payload);
    if (delay > 0) await new Promise<void>((resolve) => void clock.after(delay, resolve));
    for (const _ of more) await attempt(faulty, arn, payload, `${requestId}-lost`);
    const result = await attempt(faulty, arn, payload, requestId);
    const before = lastOf.get(lane) ?? payload;
    if (before !== payload && faults.reorders(arn, payload)) await attempt(faulty, arn, before, `${requestId}-late`);
    if (faults.reorder) lastOf.set(lane, payload);
    return result;
  };
}

function attempt(invoker: Invoker, arn: string, payload: string, requestId: string): Promise<InvokeResult> {
  return invoker
    .invoke(arn, payload, { requestId })
    .catch((error: Error): InvokeResult => ({ kind: "service-error", message: error.message }));
}
