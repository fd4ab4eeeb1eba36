import * as pulumi from "@pulumi/pulumi";
import { type DescribedOutput, describing } from "../outputs";
import { capitalised } from "../shared/names";
import type { AdExchange } from "./ad-exchange";
import { PARAMETER_KEYS, type ParameterKey, TABLES, type TableNoun, WORKERS, type Worker } from "./names";

type Output = DescribedOutput<AdExchange>;

const described = describing<AdExchange>("adExchange");

const edge = described("Edge");
const OF_EDGE = [
  edge("Url", "Where callers send, without a slash at the end", (s) => s.edge.url),
  edge("ApiId", "The API", (s) => s.edge.api.id),
  edge("ApiArn", "Its ARN", (s) => s.edge.api.arn),
  edge("StageArn", "Its stage", (s) => s.edge.stage.arn),
  edge("AuthorizerId", "Its authorizer", (s) => s.edge.authorizer.id),
  edge("WebAclArn", "Firewall in front of it", (s) => s.edge.guard.webAcl.arn),
  edge("WebAclLogGroupName", "Log group of what that refuses", (s) => s.edge.guard.logGroup.name),
  edge("LogsKeyArn", "Key that encrypts logs of requests", (s) => s.edge.logsKey.arn),
  edge("UsagePlanIds", "Usage plans, one a tier", (s) => [...s.edge.plans.plans.values()].map(({ id }) => id)),
  edge("DomainTarget", "What the DNS record of the domain is an alias of; none where there is no domain", (s) =>
    s.edge.domain ? s.edge.domain.regionalDomainName : "none",
  ),
  edge("DomainZoneId", "Hosted zone of that", (s) => (s.edge.domain ? s.edge.domain.regionalZoneId : "none")),
  edge(
    "UsageKeys",
    "What tokens of each tenant of the configuration count under, as JSON",
    (s) =>
      pulumi.jsonStringify(
        Object.fromEntries(s.edge.plans.tenants.map(({ tenant, usageKey }) => [tenant.name, usageKey])),
      ),
    true,
  ),
  edge(
    "TenantTokens",
    "Token of each tenant of the configuration, as JSON",
    (s) => pulumi.jsonStringify(Object.fromEntries(s.edge.tenantTokens)),
    true,
  ),
];

const SAYS: Readonly<Record<TableNoun, string>> = {
  campaigns: "Table of campaigns by advertiser and id",
  audit: "Table of every change of a campaign",
  changes: "Table of what bid handlers have to hear of",
  tokens: "Table of opaque tokens by their SHA-256",
};
const table = described("Tables");
const ofTable = (noun: TableNoun): Output[] => [
  table(`${capitalised(noun)}TableName`, SAYS[noun], (s) => s.tables[noun].name),
  table(`${capitalised(noun)}TableArn`, "Its ARN", (s) => s.tables[noun].arn),
];
const OF_TABLES = [
  ...TABLES.flatMap(ofTable),
  table("CampaignsTableStreamArn", "Stream of changes of campaigns", (s) => s.tables.campaigns.streamArn),
  table("DataKeyArn", "Key that encrypts tables and snapshots", (s) => s.dataKey.arn),
  table("DaxEndpoint", "Cache in front of campaigns and changes; none where there is no such cache", (s) =>
    s.dax ? pulumi.interpolate`daxs://${s.dax.cluster.clusterAddress}` : "none",
  ),
];

const index = described("Index");
const OF_INDEX = [
  index("SnapshotBucketName", "Bucket of snapshots of the index", (s) => s.snapshots.bucket.bucket),
  index("SnapshotBucketArn", "Its ARN", (s) => s.snapshots.bucket.arn),
  index("MappingId", "Event source mapping that hands changes to the indexer", (s) => s.building.mapping.uuid),
  index("FailureBucketName", "Bucket of changes that were given up on", (s) => s.failures.kept.bucket.bucket),
  index("LettersQueueUrl", "Queue with a letter for each of them", (s) => s.failures.letters.queue.url, true),
  index("SnapshotFailuresQueueUrl", "Queue of snapshots that failed", (s) => s.building.failed.queue.url, true),
];

const secrets = described("Secrets");
const OF_SECRETS = [
  secrets("SigningKeysSecretArn", "Secret with the keys that sign notice URLs", (s) => s.signingKeys.secret.arn),
  secrets("SecretsKeyArn", "Key that encrypts it", (s) => s.signingKeys.key.arn),
];

function ofWorker(noun: Worker): Output[] {
  const prefix = capitalised(noun);
  const one = described(prefix);
  const of = (system: AdExchange) => system.workers[noun];
  const through = ["bid-handler", "campaigns", "authorizer"].includes(noun);
  return [
    one(`${prefix}FunctionName`, `Function ${noun}`, (s) => of(s).function.name),
    one(`${prefix}FunctionArn`, "Its ARN", (s) => of(s).function.arn),
    ...(through ? [one(`${prefix}AliasArn`, "What it is invoked by", (s: AdExchange) => of(s).invoked.arn)] : []),
    one(`${prefix}RoleArn`, "Its execution role", (s) => of(s).role.arn),
    one(`${prefix}LogGroupName`, "Its log group", (s) => of(s).logGroup.name),
  ];
}

const parameter = described("Parameters");
const ofParameter = (key: ParameterKey): Output =>
  parameter(`${capitalised(key)}Parameter`, `Parameter ${PARAMETER_KEYS[key]}`, (s) => s.parameters[key].name);

const observability = described("Observability");

/** Everything that an ad exchange exports. */
export const AD_EXCHANGE_OUTPUTS: readonly Output[] = [
  ...OF_EDGE,
  ...OF_TABLES,
  ...OF_INDEX,
  ...OF_SECRETS,
  ...WORKERS.flatMap(ofWorker),
  ...(Object.keys(PARAMETER_KEYS) as ParameterKey[]).map(ofParameter),
  observability("OperationsTopicName", "Topic of alarms", (s) => s.operations.topic.name),
  observability("OperationsTopicArn", "Its ARN", (s) => s.operations.topic.arn, true),
  observability("TopicsKeyArn", "Key that encrypts it", (s) => s.operations.key.arn),
  observability("AlarmNames", "Every alarm", (s) => s.watch.alarms.map(({ name }) => name)),
  observability("DashboardName", "Dashboard", (s) => s.watch.dashboard.dashboardName),
];
