/** Where the recorded resources stand. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

interface State {
  readonly id: string;
  readonly state: Record<string, unknown>;
}

type Make = (
  name: string,
  place: Place,
  inputs: Readonly<Record<string, unknown>>,
) => Record<string, unknown> & { id?: string };

const arn = (service: string, { account, region }: Place, rest: string) =>
  `arn:aws:${service}:${region}:${account}:${rest}`;

/** What AWS answers, by type token: as in AWS's documents, so that policies read as they would there. */
const MADE: Readonly<Record<string, Make>> = {
  "aws:cloudwatch/eventBus:EventBus": (name, place) => ({ arn: arn("events", place, `event-bus/${name}`) }),
  "aws:cloudwatch/eventArchive:EventArchive": (name, place) => ({ arn: arn("events", place, `archive/${name}`) }),
  "aws:cloudwatch/eventRule:EventRule": (name, place, inputs) => ({
    arn: arn("events", place, `rule/${inputs.eventBusName}/${name}`),
  }),
  "aws:cloudwatch/logGroup:LogGroup": (name, place) => ({ arn: arn("logs", place, `log-group:${name}`) }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name, place) => ({ arn: arn("cloudwatch", place, `alarm:${name}`) }),
  "aws:cloudwatch/dashboard:Dashboard": (name, { account }) => ({
    dashboardArn: `arn:aws:cloudwatch::${account}:dashboard/${name}`,
  }),
  "aws:dynamodb/table:Table": (name, place) => ({ arn: arn("dynamodb", place, `table/${name}`) }),
  "aws:iam/role:Role": (name, { account }) => ({ arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:kms/key:Key": (name, place) => ({
    id: `key-${name}`,
    keyId: `key-${name}`,
    arn: arn("kms", place, `key/key-${name}`),
  }),
  "aws:kms/alias:Alias": (name, place) => ({ arn: arn("kms", place, name) }),
  "aws:lambda/function:Function": (name, place) => ({ arn: arn("lambda", place, `function:${name}`) }),
  "aws:sns/topic:Topic": (name, place) => ({ id: arn("sns", place, name), arn: arn("sns", place, name) }),
  "aws:sqs/queue:Queue": (name, place) => {
    const url = `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`;
    return { id: url, url, arn: arn("sqs", place, name) };
  },
  "aws:ssm/parameter:Parameter": (name, place) => ({ arn: arn("ssm", place, `parameter${name}`) }),
};

/** The state of a resource after its creation: its inputs, and what AWS adds. */
export function stateOf(
  type: string,
  logicalName: string,
  inputs: Readonly<Record<string, unknown>>,
  place: Place,
): State {
  const name = String(inputs.name ?? inputs.dashboardName ?? logicalName);
  const { id = name, ...added } = MADE[type]?.(name, place, inputs) ?? {};
  return { id, state: { name, ...inputs, ...added } };
}
