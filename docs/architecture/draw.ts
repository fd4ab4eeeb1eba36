import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { listOf, statementsOf } from "../../tests/support/iam";
import { type RecordedProgram, type RecordedResource, recordProgram } from "../../tests/support/recorded-program";
import { MARKET_DATA_README, readMarketDataReadme, withOutputs } from "./outputs";

/** Where the picture of market data stands; `npm run picture` writes it, a test compares it. */
export const PICTURE = join(__dirname, "market-data.md");

type Text = Record<string, string>;

/** What a node looks like, by type token. */
const SHAPES: Readonly<Record<string, (label: string) => string>> = {
  "aws:cloudwatch/eventBus:EventBus": (label) => `{{"${label}"}}`,
  "aws:cloudwatch/eventArchive:EventArchive": (label) => `[("${label}")]`,
  "aws:dynamodb/table:Table": (label) => `[("${label}")]`,
  "aws:lambda/function:Function": (label) => `["${label}"]`,
  "aws:sqs/queue:Queue": (label) => `[/"${label}"/]`,
  "aws:sns/topic:Topic": (label) => `(["${label}"])`,
};

/** Permissions that are a flow of data, and how the arrow reads. */
const FLOWS: Readonly<Record<string, string>> = {
  "dynamodb:PutItem": "puts",
  "dynamodb:UpdateItem": "updates",
  "dynamodb:GetItem": "gets",
  "dynamodb:BatchGetItem": "gets many",
  "dynamodb:Query": "queries",
  "events:PutEvents": "puts events",
  "sns:Publish": "publishes",
};

/** The market data system as Mermaid, every node and arrow read off the recorded program. */
export function picture(program: RecordedProgram): string {
  const nodes = program.resources.filter(({ type }) => type in SHAPES);
  const byArn = new Map(nodes.map((node) => [String(node.state.arn), node]));
  const lines = [
    "flowchart LR",
    '  producers(["producers"])',
    ...nodes.map((node) => `  ${idOf(node)}${SHAPES[node.type]?.(labelOf(node))}`).sort(),
    ...arrows(program, byArn).sort(),
  ];
  return [
    "# Market data, as the program deploys it",
    "",
    "Drawn from the recorded program by `npm run picture`; a test compares it with the program.",
    "Dotted: the way of what fails. Every function also reads its own parameters of Parameter Store.",
    "",
    "```mermaid",
    ...lines,
    "```",
    "",
  ].join("\n");
}

const idOf = ({ name }: RecordedResource) => name.replace(/^market-data-/, "").replaceAll("-", "_");
const labelOf = ({ inputs }: RecordedResource) => String(inputs.name).replace(/-market-data-[a-z]+$/, "");

function arrows(program: RecordedProgram, byArn: ReadonlyMap<string, RecordedResource>): string[] {
  const node = (arn: unknown) => byArn.get(String(arn).replace(/\/index\/.*$/, ""));
  const arrow = (from: RecordedResource | undefined, style: string, to: RecordedResource | undefined) =>
    from && to ? [`  ${idOf(from)} ${style} ${idOf(to)}`] : [];
  const functionOf = (name: unknown) => [...byArn.values()].find(({ inputs }) => inputs.name === name);
  const deliveries = program.ofType("aws:cloudwatch/eventTarget:EventTarget").flatMap(({ inputs }) => {
    const rule = ruleOf(program, inputs.rule);
    const bus = functionOf(inputs.eventBusName);
    const letters = node((inputs.deadLetterConfig as Text | undefined)?.arn);
    const types = typesOf(rule);
    return [
      ...arrow(bus, `-->|"${types}"|`, node(inputs.arn)),
      ...arrow(bus, `-.->|"${types}, undelivered"|`, letters),
    ];
  });
  const failures = program
    .ofType("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    .flatMap(({ inputs }) => {
      const { onFailure } = inputs.destinationConfig as { onFailure: Text };
      return arrow(functionOf(inputs.functionName), '-.->|"failed"|', node(onFailure.destination));
    });
  const flows = program
    .ofType("aws:lambda/function:Function")
    .flatMap((fn) =>
      [...flowsOf(program, String(fn.inputs.role))].flatMap(([arn, verbs]) =>
        arrow(fn, `-->|"${verbs.join(", ")}"|`, node(arn)),
      ),
    );
  const archives = program
    .ofType("aws:cloudwatch/eventArchive:EventArchive")
    .flatMap((archive) =>
      arrow(node(archive.inputs.eventSourceArn), `-->|"${archive.inputs.retentionDays} days"|`, archive),
    );
  return [
    ...deliveries,
    ...failures,
    ...flows,
    ...archives,
    ...mail(program, node),
    ...entrance(program),
    ...alarms(program, node),
  ];
}

const ruleOf = (program: RecordedProgram, name: unknown) =>
  program.ofType("aws:cloudwatch/eventRule:EventRule").find(({ inputs }) => inputs.name === name);

const typesOf = (rule: RecordedResource | undefined) =>
  (JSON.parse(String(rule?.inputs.eventPattern)) as { "detail-type": string[] })["detail-type"].join(", ");

/** Verbs of a role by the ARN that they act on. */
function flowsOf(program: RecordedProgram, roleArn: string): Map<string, string[]> {
  const role = program.ofType("aws:iam/role:Role").find(({ state }) => state.arn === roleArn);
  const flows = new Map<string, string[]>();
  for (const { inputs } of program.ofType("aws:iam/rolePolicy:RolePolicy")) {
    if (inputs.role !== role?.inputs.name) continue;
    for (const { Action, Resource, Condition } of statementsOf(inputs.policy)) {
      const type = Condition?.StringEquals?.["events:detail-type"];
      const verbs = listOf(Action).flatMap((action) =>
        action in FLOWS ? [type ? String(type) : String(FLOWS[action])] : [],
      );
      for (const arn of listOf(Resource)) {
        const base = arn.replace(/\/index\/.*$/, "");
        if (verbs.length > 0) flows.set(base, [...(flows.get(base) ?? []), ...verbs].sort());
      }
    }
  }
  return flows;
}

type NodeOf = (arn: unknown) => RecordedResource | undefined;

const mail = (program: RecordedProgram, node: NodeOf) =>
  program.ofType("aws:sns/topicSubscription:TopicSubscription").flatMap(({ inputs }) => {
    const topic = node(inputs.topic);
    return topic ? [`  ${idOf(topic)} --> ${String(inputs.protocol)}(["${String(inputs.protocol)}"])`] : [];
  });

const entrance = (program: RecordedProgram) =>
  program.ofType("aws:cloudwatch/eventBus:EventBus").map((bus) => `  producers -->|"MarketData.Raw"| ${idOf(bus)}`);

const alarms = (program: RecordedProgram, node: NodeOf) => {
  const watched = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
  const topics = new Set(watched.flatMap(({ inputs }) => inputs.alarmActions as string[]));
  return [...topics].flatMap((arn) => {
    const topic = node(arn);
    return topic ? [`  alarms(["${watched.length} alarms"]) --> ${idOf(topic)}`] : [];
  });
};

if (require.main === module) {
  void recordProgram("dev").then((program) => writeFileSync(PICTURE, picture(program)));
  writeFileSync(MARKET_DATA_README, withOutputs(readMarketDataReadme()));
}
