import { listOf, statementsOf } from "../../tests/support/iam";
import type { RecordedProgram, RecordedResource } from "../../tests/support/recorded-program";

/** What arrows go between: resources by ARN, and what a picture calls them. */
export interface Nodes {
  readonly byArn: ReadonlyMap<string, RecordedResource>;
  idOf(node: RecordedResource): string;
}

type Text = Record<string, string>;
type Draw = (from: RecordedResource | undefined, style: string, to: RecordedResource | undefined) => string[];
type Arrows = (program: RecordedProgram, draw: Draw, nodes: Nodes) => string[];

/** Permissions that are a flow of data, and how the arrow reads. */
const FLOWS: Readonly<Record<string, string>> = {
  "dynamodb:PutItem": "puts",
  "dynamodb:UpdateItem": "updates",
  "dynamodb:DeleteItem": "deletes",
  "dynamodb:GetItem": "gets",
  "dynamodb:BatchGetItem": "gets many",
  "dynamodb:BatchWriteItem": "writes many",
  "dynamodb:Query": "queries",
  "dynamodb:Scan": "scans",
  "dax:GetItem": "gets",
  "dax:Query": "queries",
  "events:PutEvents": "puts events",
  "kinesis:PutRecords": "puts records",
  "s3:GetObject": "gets objects",
  "s3:PutObject": "puts objects",
  "secretsmanager:GetSecretValue": "reads",
  "secretsmanager:PutSecretValue": "puts",
  "sns:Publish": "publishes",
};

/** Every arrow of the program between nodes, as lines of Mermaid. */
export function arrowsOf(program: RecordedProgram, nodes: Nodes): string[] {
  const draw: Draw = (from, style, to) => (from && to ? [`  ${nodes.idOf(from)} ${style} ${nodes.idOf(to)}`] : []);
  const kinds: readonly Arrows[] = [
    ...[entrances, targets, methods, deliveries, mappings, failures, notifications, accessLogs],
    ...[flows, archives, mail, alarms],
  ];
  return kinds.flatMap((kind) => kind(program, draw, nodes));
}

const at = ({ byArn }: Nodes, arn: unknown) =>
  byArn.get(
    String(arn)
      .replace(/\/(index|stream)\/.*$/, "")
      .replace(/^(arn:aws:s3:::[^/]+)\/.*$/, "$1"),
  );
const named = ({ byArn }: Nodes, name: unknown) => [...byArn.values()].find(({ inputs }) => inputs.name === name);

const entrances: Arrows = (program, _draw, nodes) => [
  ...program
    .ofType("aws:cloudwatch/eventBus:EventBus")
    .map((bus) => `  producers(["producers"]) -->|"MarketData.Raw"| ${nodes.idOf(bus)}`),
  ...program
    .ofType("aws:lb/loadBalancer:LoadBalancer")
    .map((balancer) => `  clients(["clients"]) -->|"HTTP API"| ${nodes.idOf(balancer)}`),
  ...program
    .ofType("aws:apigateway/restApi:RestApi")
    .map((api) => `  callers(["publishers, advertisers"]) -->|"HTTP API"| ${nodes.idOf(api)}`),
];

/** A function that API Gateway is told to invoke, by its alias or itself. */
const invoked = (program: RecordedProgram, uri: unknown) =>
  program
    .ofType("aws:lambda/function:Function")
    .find(
      ({ inputs }) =>
        String(uri).includes(`:function:${inputs.name}:`) || String(uri).includes(`:function:${inputs.name}/`),
    );

/** From an API to its functions, by methods and paths, and to the one that lets callers in. */
const methods: Arrows = (program, draw) => {
  const [api] = program.ofType("aws:apigateway/restApi:RestApi");
  const resources = program.ofType("aws:apigateway/resource:Resource");
  const pathOf = (id: unknown): string => {
    const found = resources.find((each) => each.id === id);
    return found ? `${pathOf(found.inputs.parentId)}/${found.inputs.pathPart}` : "";
  };
  const byFunction = new Map<RecordedResource, string[]>();
  for (const { inputs } of program.ofType("aws:apigateway/integration:Integration")) {
    const fn = invoked(program, inputs.uri);
    if (fn) byFunction.set(fn, [...(byFunction.get(fn) ?? []), `${inputs.httpMethod} ${pathOf(inputs.resourceId)}`]);
  }
  return [
    ...[...byFunction].flatMap(([fn, paths]) => draw(api, `-->|"${paths.sort().join(", ")}"|`, fn)),
    ...program
      .ofType("aws:apigateway/authorizer:Authorizer")
      .flatMap(({ inputs }) => draw(api, '-->|"who may what"|', invoked(program, inputs.authorizerUri))),
  ];
};

/** From a load balancer to its functions, by the paths of the rules. */
const targets: Arrows = (program, draw, nodes) => {
  const [balancer] = program.ofType("aws:lb/loadBalancer:LoadBalancer");
  const pathsTo = (group: string) =>
    program.ofType("aws:lb/listenerRule:ListenerRule").flatMap(({ inputs }) => {
      const forwards = (inputs.actions as Text[]).some(({ targetGroupArn }) => targetGroupArn === group);
      const [condition] = inputs.conditions as { pathPattern: { values: string[] } }[];
      return forwards ? (condition?.pathPattern.values ?? []) : [];
    });
  return program.ofType("aws:lb/targetGroupAttachment:TargetGroupAttachment").flatMap(({ inputs }) => {
    const paths = pathsTo(String(inputs.targetGroupArn));
    return draw(balancer, `-->|"${paths.join(", ") || "all other paths"}"|`, at(nodes, inputs.targetId));
  });
};

const deliveries: Arrows = (program, draw, nodes) =>
  program.ofType("aws:cloudwatch/eventTarget:EventTarget").flatMap(({ inputs }) => {
    const rule = program.ofType("aws:cloudwatch/eventRule:EventRule").find((each) => each.inputs.name === inputs.rule);
    const bus = named(nodes, inputs.eventBusName);
    const letters = at(nodes, (inputs.deadLetterConfig as Text | undefined)?.arn);
    const { scheduleExpression } = rule?.inputs ?? {};
    const fn = at(nodes, inputs.arn);
    if (typeof scheduleExpression === "string")
      return [
        ...(fn ? [`  clock(["clock"]) -->|"${scheduleExpression}"| ${nodes.idOf(fn)}`] : []),
        ...draw(fn, '-.->|"not begun"|', letters),
      ];
    const types = typesOf(rule);
    return [
      ...draw(bus, `-->|"${types}"|`, at(nodes, inputs.arn)),
      ...draw(bus, `-.->|"${types}, undelivered"|`, letters),
    ];
  });

const typesOf = (rule: RecordedResource | undefined) =>
  (JSON.parse(String(rule?.inputs.eventPattern)) as { "detail-type": string[] })["detail-type"].join(", ");

/** From a stream to its reader, and from there what was given up on. */
const mappings: Arrows = (program, draw, nodes) =>
  program.ofType("aws:lambda/eventSourceMapping:EventSourceMapping").flatMap(({ inputs }) => {
    const fn = at(nodes, inputs.functionName);
    const { onFailure } = inputs.destinationConfig as { onFailure: Text };
    return [
      ...draw(at(nodes, inputs.eventSourceArn), `-->|"batches of ${inputs.batchSize}"|`, fn),
      ...draw(fn, '-.->|"given up on"|', at(nodes, onFailure.destinationArn)),
    ];
  });

const failures: Arrows = (program, draw, nodes) =>
  program.ofType("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").flatMap(({ inputs }) => {
    const { onFailure } = inputs.destinationConfig as { onFailure: Text };
    return draw(named(nodes, inputs.functionName), '-.->|"failed"|', at(nodes, onFailure.destination));
  });

const notifications: Arrows = (program, draw, nodes) =>
  program.ofType("aws:s3/bucketNotification:BucketNotification").flatMap(({ inputs }) => {
    const bucket = at(nodes, `arn:aws:s3:::${inputs.bucket}`);
    return (inputs.queues as Text[]).flatMap(({ queueArn }) =>
      draw(bucket, '-.->|"a letter each"|', at(nodes, queueArn)),
    );
  });

const accessLogs: Arrows = (program, draw, nodes) =>
  program.ofType("aws:lb/loadBalancer:LoadBalancer").flatMap((balancer) => {
    const { bucket } = balancer.inputs.accessLogs as Text;
    return draw(balancer, '-->|"access logs"|', at(nodes, `arn:aws:s3:::${bucket}`));
  });

/** By what the roles of functions and caches may do. */
const flows: Arrows = (program, draw, nodes) =>
  [...program.ofType("aws:lambda/function:Function"), ...program.ofType("aws:dax/cluster:Cluster")].flatMap((from) =>
    [...verbsOf(program, String(from.inputs.role ?? from.inputs.iamRoleArn))].flatMap(([arn, verbs]) =>
      draw(from, `-->|"${[...verbs].sort().join(", ")}"|`, at(nodes, arn)),
    ),
  );

/** What a role does with the data of each resource. */
function verbsOf(program: RecordedProgram, roleArn: string): Map<string, Set<string>> {
  const role = program.ofType("aws:iam/role:Role").find(({ state }) => state.arn === roleArn);
  const all = new Map<string, Set<string>>();
  for (const { inputs } of program.ofType("aws:iam/rolePolicy:RolePolicy")) {
    if (inputs.role !== role?.inputs.name) continue;
    for (const { Action, Resource, Condition } of statementsOf(inputs.policy)) {
      const type = Condition?.StringEquals?.["events:detail-type"];
      const verbs = listOf(Action).flatMap((action) => (action in FLOWS ? [String(type ?? FLOWS[action])] : []));
      if (verbs.length === 0) continue;
      for (const arn of listOf(Resource)) {
        if (arn.includes("/aws/lambda/")) continue; // what Lambda keeps of failures is an arrow of its own
        const base = arn.replace(/\/index\/.*$/, "");
        all.set(base, new Set([...(all.get(base) ?? []), ...verbs]));
      }
    }
  }
  return all;
}

const archives: Arrows = (program, draw, nodes) =>
  program
    .ofType("aws:cloudwatch/eventArchive:EventArchive")
    .flatMap((archive) =>
      draw(at(nodes, archive.inputs.eventSourceArn), `-->|"${archive.inputs.retentionDays} days"|`, archive),
    );

const mail: Arrows = (program, _draw, nodes) =>
  program.ofType("aws:sns/topicSubscription:TopicSubscription").flatMap(({ inputs }) => {
    const topic = at(nodes, inputs.topic);
    return topic ? [`  ${nodes.idOf(topic)} --> ${String(inputs.protocol)}(["${String(inputs.protocol)}"])`] : [];
  });

const alarms: Arrows = (program, _draw, nodes) => {
  const watched = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
  const topics = new Set(watched.flatMap(({ inputs }) => inputs.alarmActions as string[]));
  return [...topics].flatMap((arn) => {
    const topic = at(nodes, arn);
    return topic ? [`  alarms(["${watched.length} alarms"]) --> ${nodes.idOf(topic)}`] : [];
  });
};
