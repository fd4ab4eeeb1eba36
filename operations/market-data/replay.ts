import { parseArgs } from "node:util";
import {
  DescribeArchiveCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  type EventBridgeClient,
  StartReplayCommand,
} from "@aws-sdk/client-eventbridge";
import { marketDataNames } from "../../components/market-data/names";
import { operate } from "../operate";
import { locate } from "../where";

export interface ReplayRequest {
  readonly archiveName: string;
  readonly busName: string;
  /** The only rule that sees the replayed events: ingestion's. Derived events are made anew, not replayed. */
  readonly ruleName: string;
  readonly from: Date;
  readonly to: Date;
  readonly name: string;
}

export interface ReplayProgress {
  readonly state: string;
  readonly reached?: Date | undefined;
}

/** Starts a replay of the archive to the ingestion rule and follows it to its end; throws when it does not complete. */
export async function replay(
  events: EventBridgeClient,
  request: ReplayRequest,
  follow: (progress: ReplayProgress) => void = () => {},
  pollMilliseconds = 1000,
): Promise<void> {
  const { ArchiveArn, EventSourceArn } = await archiveOf(events, request.archiveName);
  const rule = await events.send(new DescribeRuleCommand({ Name: request.ruleName, EventBusName: request.busName }));
  await events.send(
    new StartReplayCommand({
      ReplayName: request.name,
      EventSourceArn: ArchiveArn,
      EventStartTime: request.from,
      EventEndTime: request.to,
      Destination: { Arn: EventSourceArn, FilterArns: [rule.Arn!] },
    }),
  );
  for (;;) {
    const { State, StateReason, EventLastReplayedTime } = await events.send(
      new DescribeReplayCommand({ ReplayName: request.name }),
    );
    follow({ state: State ?? "UNKNOWN", reached: EventLastReplayedTime });
    if (State === "COMPLETED") return;
    if (State === "FAILED" || State === "CANCELLED")
      throw new Error(`replay ${request.name}: ${State}, ${StateReason}`);
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

async function archiveOf(events: EventBridgeClient, name: string) {
  const { ArchiveArn, EventSourceArn } = await events.send(new DescribeArchiveCommand({ ArchiveName: name }));
  if (!ArchiveArn || !EventSourceArn) throw new Error(`archive ${name}: EventBridge gives no ARN for it`);
  return { ArchiveArn, EventSourceArn };
}

function timeOf(flag: string, text: string | undefined): Date {
  const time = new Date(text ?? "");
  if (Number.isNaN(time.getTime())) throw new Error(`--${flag}: ${text ?? "nothing"} is not a time; give RFC 3339.`);
  return time;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: "string" },
      to: { type: "string" },
      stack: { type: "string", default: "local" },
    },
  });
  const [from, to] = [timeOf("from", values.from), timeOf("to", values.to)];
  if (from >= to) throw new Error(`--from ${values.from} is not before --to ${values.to}.`);
  const { clients, names } = await locate(values.stack, marketDataNames);
  const name = `replay-${Date.now()}`;
  console.log(`${name}: ${names.archive} from ${from.toISOString()} to ${to.toISOString()} → ${names.rules.raw}`);
  const request = { archiveName: names.archive, busName: names.bus, ruleName: names.rules.raw, from, to, name };
  await replay(clients.events, request, ({ state, reached }) =>
    console.log(`  ${state}${reached ? `, reached ${reached.toISOString()}` : ""}`),
  );
  console.log("Replayed events never alert again; see docs/runbooks/market-data-replay.md for what to check.");
}

if (require.main === module) operate(main);
