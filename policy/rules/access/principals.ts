import { cis, fsbp, wellArchitected } from "../controls";
import { statementsOf } from "../documents";
import type { Rule } from "../rule";
import { is, isSet, shown } from "../values";
import { limitsCallers } from "./callers";
import { REGISTERED, unlessRegistered } from "./registered";
import { SAME } from "./same";

/** Resource policies, by the property that holds the document. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:backup/vaultPolicy:VaultPolicy": "policy",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
  "aws:glue/resourcePolicy:ResourcePolicy": "policy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:kms/externalKey:ExternalKey": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:lambda/resourcePolicy:ResourcePolicy": "policy",
  "aws:msk/clusterPolicy:ClusterPolicy": "policy",
  "aws:opensearch/domain:Domain": "accessPolicies",
  "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
  "aws:s3/accessPoint:AccessPoint": "policy",
  "aws:s3/bucket:Bucket": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:s3/bucketV2:BucketV2": "policy",
  "aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
  "aws:s3tables/tableBucketPolicy:TableBucketPolicy": "resourcePolicy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
};

const opened = (statement: object, effect = "Allow") =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: effect, Action: "sqs:SendMessage", Resource: "*", ...statement }],
  });

const PRINCIPALS: Rule = {
  ...SAME,
  name: "resource-policy-names-its-principals",
  says: "A resource's policy allows nobody by `Principal: *` without a condition on who calls or from where.",
  why: "Such a statement opens the resource to every account of AWS, and often to callers without one.",
  fix: "Name the principals, or add a condition such as aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.",
  severity: "critical",
  controls: [...fsbp("SQS.3", "SNS.4", "S3.2", "S3.3", "KMS.5"), ...cis("2.21"), ...wellArchitected("SEC03-BP07")],
  types: Object.keys(RESOURCE_POLICIES),
  settings: REGISTERED,
  broken: unlessRegistered(({ type, props }) =>
    isSet(props.vpcOptions) // an OpenSearch domain that only a network reaches
      ? []
      : statementsOf(props[RESOURCE_POLICIES[type]!])
          .filter(
            ({ effect, principals, conditions }) =>
              effect === "Allow" &&
              principals.some(([kind, id]) => kind === "AWS" && id === "*") &&
              !conditions.some(limitsCallers),
          )
          .map(({ actions }) => `it allows ${actions.join(", ")} to Principal "*".`),
  ),
  passes: [
    ...Object.entries(RESOURCE_POLICIES).map(([type, property]) => ({
      type,
      props: { [property]: opened({ Principal: { Service: "sns.amazonaws.com" } }) },
    })),
    { type: "aws:sqs/queuePolicy:QueuePolicy", props: { policy: opened({ Principal: "*" }, "Deny") } },
    {
      type: "aws:sns/topicPolicy:TopicPolicy",
      props: {
        policy: opened({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      },
    },
  ],
  fails: [
    { type: "aws:sqs/queuePolicy:QueuePolicy", props: { policy: opened({ Principal: "*" }) } },
    { type: "aws:sns/topicPolicy:TopicPolicy", props: { policy: opened({ Principal: { AWS: ["*"] } }) } },
    { type: "aws:sns/topicPolicy:TopicPolicy", props: { policy: opened({ NotPrincipal: { AWS: "123456789012" } }) } },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      props: { policy: opened({ Principal: "*", Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } } }) },
    },
    {
      type: "aws:kms/key:Key",
      props: { policy: opened({ Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalArn": "x" } } }) },
    },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      props: { policy: opened({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
    },
  ],
};

const PERMISSION: Rule = {
  ...SAME,
  name: "lambda-permission-names-its-source",
  says: "A permission to invoke a function names the caller and, of a service, what it calls for.",
  why: "A service calls on behalf of any account: without a source, everybody's bucket or topic may invoke the function.",
  fix: "Give sourceArn (for S3 also sourceAccount), or principalOrgId.",
  severity: "critical",
  controls: fsbp("Lambda.1"),
  types: ["aws:lambda/permission:Permission"],
  broken: ({ props }) => {
    const { principal, sourceArn, sourceAccount, principalOrgId, functionUrlAuthType, invokedViaFunctionUrl } = props;
    if (isSet(sourceArn) || isSet(sourceAccount) || isSet(principalOrgId)) return [];
    const service = typeof principal === "string" && /\.amazonaws\.com(\.cn)?$/.test(principal);
    const url = is(functionUrlAuthType, "NONE") || is(invokedViaFunctionUrl, true); // told of the URL itself
    return (service || principal === "*") && !url ? [`principal is ${shown(principal)} and sourceArn absent.`] : [];
  },
  passes: [
    { props: { principal: "events.amazonaws.com", sourceArn: "arn:aws:events:us-east-1:123456789012:rule/bus/r" } },
    { props: { principal: "123456789012" } },
    { props: { principal: "*", principalOrgId: "o-1" } },
    { props: { principal: "*", functionUrlAuthType: "NONE" } },
    { props: { principal: "*", invokedViaFunctionUrl: true } },
  ],
  fails: [
    { props: { principal: "s3.amazonaws.com" } },
    { props: { principal: "*" } },
    { props: { principal: "*", functionUrlAuthType: "AWS_IAM" } },
  ],
};

export const PRINCIPALS_NAMED: readonly Rule[] = [PRINCIPALS, PERMISSION];
