/** An EventBridge event as it reaches a target (EventBridge user guide, event structure). */
export interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly time: string;
  readonly detail: { readonly eventId?: string; readonly [field: string]: unknown };
  readonly "replay-name"?: string;
}

/** A message of a failure queue: the whole event, and why it is there. */
export interface Letter {
  readonly event: Envelope;
  readonly reason: string;
}

/** What a message of a queue looks like to the SQS client, as far as it matters here. */
interface Message {
  readonly Body?: string | undefined;
  readonly MessageAttributes?: Record<string, { StringValue?: string | undefined }> | undefined;
}

/**
 * Reads a failure queue's message in either form: the record of a Lambda on-failure destination (which holds the
 * event under `requestPayload`), or an event that EventBridge could not deliver (the body is the event, the reason
 * stands in the attributes ERROR_CODE and ERROR_MESSAGE). Throws when it is neither.
 */
export function parseLetter(message: Message): Letter {
  const body = JSON.parse(message.Body ?? "null") as Record<string, unknown> | null;
  const attribute = (name: string) => message.MessageAttributes?.[name]?.StringValue;
  if (body && isEnvelope(body.requestPayload)) {
    const { condition } = (body.requestContext ?? {}) as { condition?: string };
    const { errorMessage } = (body.responsePayload ?? {}) as { errorMessage?: string };
    return { event: body.requestPayload, reason: [condition, errorMessage].filter(Boolean).join(": ") };
  }
  if (isEnvelope(body)) {
    return { event: body, reason: [attribute("ERROR_CODE"), attribute("ERROR_MESSAGE")].filter(Boolean).join(": ") };
  }
  throw new Error("The message is neither a Lambda failure record nor an undelivered event; read it with the aws CLI.");
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === "object" && value !== null && "detail-type" in value && "id" in value && "detail" in value;
}
