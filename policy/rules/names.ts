/** The property that names a resource, and what its service takes as a name. */
export interface Name {
  readonly property: string;
  /** Letters. */
  readonly maximum: number;
  readonly pattern: RegExp;
}

const name = (maximum: number, pattern: RegExp, property = "name"): Name => ({ property, maximum, pattern });

const WORD = /^[\w-]+$/;
const DOTTED = /^[\w.-]+$/;
/** Begins with a letter, ends with none but a letter or digit, no two hyphens in a row. */
const LABEL = /^[a-zA-Z](-?[a-zA-Z0-9])*$/;
const IAM = /^[\w+=,.@-]+$/;

/** By type token; from each service's API reference. */
export const NAMES: Readonly<Record<string, Name>> = {
  "aws:alb/loadBalancer:LoadBalancer": name(32, /^(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/),
  "aws:alb/targetGroup:TargetGroup": name(32, /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/),
  "aws:athena/workgroup:Workgroup": name(128, DOTTED),
  "aws:cloudwatch/dashboard:Dashboard": name(255, WORD, "dashboardName"),
  "aws:cloudwatch/eventArchive:EventArchive": name(48, DOTTED),
  "aws:cloudwatch/eventBus:EventBus": name(256, /^[\w./-]+$/),
  "aws:cloudwatch/eventRule:EventRule": name(64, DOTTED),
  "aws:cloudwatch/logGroup:LogGroup": name(512, /^[\w./#-]+$/),
  "aws:cloudwatch/metricAlarm:MetricAlarm": name(255, /^[^\p{Cc}]+$/u),
  "aws:dax/cluster:Cluster": name(20, LABEL, "clusterName"),
  "aws:dynamodb/table:Table": name(255, DOTTED),
  "aws:ec2/securityGroup:SecurityGroup": name(255, /^(?!sg-)[\w .\-:/()#,@[\]+=&;{}!$*]+$/),
  "aws:ecr/repository:Repository": name(256, /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/),
  "aws:elasticache/replicationGroup:ReplicationGroup": name(40, LABEL, "replicationGroupId"),
  "aws:iam/policy:Policy": name(128, IAM),
  "aws:iam/role:Role": name(64, IAM),
  "aws:iam/rolePolicy:RolePolicy": name(128, IAM),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": name(64, DOTTED),
  "aws:kinesis/stream:Stream": name(128, DOTTED),
  "aws:kms/alias:Alias": name(256, /^alias\/(?!aws\/)[\w:/-]+$/),
  "aws:lambda/function:Function": name(64, WORD),
  "aws:lb/loadBalancer:LoadBalancer": name(32, /^(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/),
  "aws:lb/targetGroup:TargetGroup": name(32, /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/),
  "aws:pipes/pipe:Pipe": name(64, DOTTED),
  "aws:rds/cluster:Cluster": name(63, LABEL, "clusterIdentifier"),
  "aws:rds/instance:Instance": name(63, LABEL, "identifier"),
  "aws:redshiftserverless/namespace:Namespace": name(64, /^[a-z0-9-]{3,}$/, "namespaceName"),
  "aws:redshiftserverless/workgroup:Workgroup": name(64, /^[a-z0-9-]{3,}$/, "workgroupName"),
  "aws:s3/bucket:Bucket": name(63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/, "bucket"),
  "aws:s3/bucketV2:BucketV2": name(63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/, "bucket"),
  "aws:scheduler/schedule:Schedule": name(64, DOTTED),
  "aws:secretsmanager/secret:Secret": name(512, /^[\w/+=.@-]+$/),
  "aws:sfn/stateMachine:StateMachine": name(80, /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]+$/u),
  "aws:sns/topic:Topic": name(256, /^[\w-]+(\.fifo)?$/),
  "aws:sqs/queue:Queue": name(80, /^[\w-]+(\.fifo)?$/),
  "aws:ssm/parameter:Parameter": name(1011, /^[\w./-]+$/),
  "aws:wafv2/webAcl:WebAcl": name(128, WORD),
};
