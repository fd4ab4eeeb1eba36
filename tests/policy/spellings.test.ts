import assert from "node:assert/strict";
import { RULES } from "../../policy/rules";
import { refusesPlainHttp, statementsOf } from "../../policy/rules/documents";
import { refersTo } from "../../policy/rules/links";
import type { Among, Example } from "../../policy/rules/rule";
import { matches, shown, UNKNOWN } from "../../policy/rules/values";
import { resource, verdictOn } from "./asked";

type Case = readonly [rule: string, what: string, verdict: "kept" | "broken", example: Example];

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";
const LAMBDA = "aws:lambda/function:Function";
const QUEUE = "aws:sqs/queue:Queue";
const BUCKET = "aws:s3/bucket:Bucket";
const ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";

const allow = (statement: object) => JSON.stringify({ Statement: { Effect: "Allow", ...statement } });
const permission = (statement: object): Example => ({
  type: "aws:iam/policy:Policy",
  props: { policy: allow(statement) },
});
const trust = (statement: object): Example => ({
  props: { assumeRolePolicy: allow({ Action: "sts:AssumeRole", ...statement }) },
});
const queuePolicy = (statement: object): Example => ({
  type: "aws:sqs/queuePolicy:QueuePolicy",
  props: { policy: allow({ Action: "sqs:SendMessage", Resource: "*", Principal: "*", ...statement }) },
});
const variable = (name: string, value: string): Example => ({
  type: LAMBDA,
  props: { environment: { variables: { [name]: value } } },
});
const encryptedBeside = (type: string, sseAlgorithm = "aws:kms"): Among => [
  { type, props: { bucket: "b", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] } },
];
const logging = (type: string, props: object): Among => [{ type, props: { ...props } }];
const openapi = (verb: string): Example => ({
  props: { body: JSON.stringify({ paths: { "/orders": { [verb]: {} } } }) },
});
const invokedBy = (type: string, props: object): Example => ({
  type: LAMBDA,
  props: { arn: ARN, name: "f" },
  among: [{ type, props: { ...props } }],
});
const distribution = (props: object): Example => ({
  props: { defaultCacheBehavior: { viewerProtocolPolicy: "https-only" }, origins: [], viewerCertificate: {}, ...props },
});
const TAGS = { Environment: "x", Owner: "x", CostCenter: "x", Project: "x" };
const TEAM = { required: ["Team"], allowed: { Team: "core" } };

/** Ways to write the same, or nearly the same, that a rule has to tell apart. */
const CASES: readonly Case[] = [
  [
    "aws-resource-is-tagged",
    "a tag of its own over one that was merged",
    "broken",
    { type: QUEUE, props: { tags: { Team: "x" }, tagsAll: { Team: "core" } }, settings: TEAM },
  ],
  [
    "aws-resource-is-tagged",
    "a merged tag over the provider's",
    "broken",
    { type: QUEUE, props: { tagsAll: { Team: "x" } }, defaultTags: { Team: "core" }, settings: TEAM },
  ],
  [
    "aws-resource-is-tagged",
    "a type that nobody knows, with tags",
    "broken",
    { type: "aws:new/thing:Thing", props: { tags: {} } },
  ],
  ["aws-resource-is-tagged", "a type that nobody knows, without", "kept", { type: "aws:new/thing:Thing", props: {} }],
  ["aws-resource-is-tagged", "every tag, in the provider", "kept", { type: QUEUE, props: {}, defaultTags: TAGS }],

  [
    "kinesis-stream-is-encrypted",
    "an alias of AWS by its ARN",
    "broken",
    {
      props: { encryptionType: "KMS", kmsKeyId: "arn:aws:kms:us-east-1:123456789012:alias/aws/kinesis" },
      settings: { keys: ["customer"] },
    },
  ],
  ["kms-key-is-rotated", "a key that signs", "kept", { props: { keyUsage: "SIGN_VERIFY" } }],
  ["kms-key-is-rotated", "a key that encrypts, and says so", "broken", { props: { keyUsage: "ENCRYPT_DECRYPT" } }],
  [
    "ec2-instance-disks-are-encrypted",
    "encryption by default that is off",
    "broken",
    { props: {}, among: [{ type: "aws:ebs/encryptionByDefault:EncryptionByDefault", props: { enabled: false } }] },
  ],
  ["ec2-instance-disks-are-encrypted", "a key and no word", "kept", { props: { rootBlockDevice: { kmsKeyId: KEY } } }],
  [
    "rds-database-is-encrypted",
    "a replica of a cluster",
    "kept",
    { type: "aws:rds/cluster:Cluster", props: { replicationSourceIdentifier: "a" } },
  ],
  ["redshift-cluster-is-encrypted", "false as a boolean", "broken", { props: { encrypted: false } }],
  [
    "firehose-stream-is-encrypted",
    "a source in MSK",
    "kept",
    { props: { mskSourceConfiguration: { topicName: "t" } } },
  ],
  [
    "s3-bucket-is-encrypted",
    "two layers of KMS",
    "kept",
    {
      props: { id: "b" },
      among: encryptedBeside(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:kms:dsse",
      ),
    },
  ],
  [
    "s3-bucket-is-encrypted",
    "the configuration's older name",
    "kept",
    {
      props: { id: "b" },
      among: encryptedBeside(
        "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
      ),
    },
  ],
  [
    "s3-bucket-is-encrypted",
    "S3's logs",
    "kept",
    { props: { id: "b" }, among: logging("aws:s3/bucketLogging:BucketLogging", { bucket: "a", targetBucket: "b" }) },
  ],
  [
    "s3-bucket-is-encrypted",
    "a bucket that is logged, and takes none",
    "broken",
    { props: { id: "a" }, among: logging("aws:s3/bucketLogging:BucketLogging", { bucket: "a", targetBucket: "b" }) },
  ],
  [
    "s3-bucket-is-encrypted",
    "a load balancer's connection logs",
    "kept",
    { props: { bucket: "b" }, among: logging("aws:lb/loadBalancer:LoadBalancer", { connectionLogs: { bucket: "b" } }) },
  ],
  [
    "s3-bucket-is-encrypted",
    "a bucket that logs into itself",
    "broken",
    { props: { bucket: "b", logging: { targetBucket: "b" } } },
  ],

  [
    "s3-bucket-refuses-plain-http",
    "a policy for the bucket and not what is in it",
    "broken",
    {
      type: BUCKET,
      props: {
        policy: JSON.stringify({
          Statement: {
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: "arn:aws:s3:::b",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        }),
      },
    },
  ],
  [
    "lb-target-group-uses-tls",
    "functions, whatever the protocol",
    "kept",
    { props: { targetType: "lambda", protocol: "HTTP" } },
  ],
  [
    "lb-listener-uses-tls-1-2",
    "a policy of TLS 1.3 alone",
    "kept",
    { props: { protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" } },
  ],
  [
    "lb-listener-uses-tls-1-2",
    "a policy of FIPS",
    "kept",
    { props: { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04" } },
  ],
  [
    "lb-listener-redirects-http",
    "two actions, of which one redirects",
    "broken",
    {
      props: {
        protocol: "HTTP",
        port: 80,
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }, { type: "forward" }],
      },
    },
  ],
  [
    "cloudfront-distribution-uses-tls",
    "another behaviour",
    "broken",
    distribution({ orderedCacheBehaviors: [{ viewerProtocolPolicy: "allow-all" }] }),
  ],
  [
    "cloudfront-distribution-uses-tls",
    "an origin as the viewer comes",
    "broken",
    distribution({
      defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" },
      origins: [{ domainName: "a.example", customOriginConfig: { originProtocolPolicy: "match-viewer" } }],
    }),
  ],
  [
    "cloudfront-distribution-uses-tls",
    "an IAM certificate without a minimum",
    "broken",
    distribution({ viewerCertificate: { iamCertificateId: "c" } }),
  ],
  [
    "redshift-requires-tls",
    "true as a boolean",
    "kept",
    {
      type: "aws:redshift/parameterGroup:ParameterGroup",
      props: { parameters: [{ name: "require_ssl", value: true }] },
    },
  ],

  [
    "lambda-stream-mapping-retries-within-bounds",
    "a table's stream",
    "broken",
    { props: { eventSourceArn: "arn:aws:dynamodb:us-east-1:1:table/t/stream/1" } },
  ],
  [
    "lambda-async-function-has-a-failure-destination",
    "S3's notifications",
    "broken",
    invokedBy("aws:s3/bucketNotification:BucketNotification", { lambdaFunctions: [{ lambdaFunctionArn: ARN }] }),
  ],
  [
    "lambda-async-function-has-a-failure-destination",
    "a schedule",
    "broken",
    invokedBy("aws:scheduler/schedule:Schedule", { target: { arn: ARN } }),
  ],
  [
    "lambda-async-function-has-a-failure-destination",
    "a version, by its qualified ARN",
    "broken",
    {
      type: LAMBDA,
      props: { qualifiedArn: `${ARN}:7` },
      among: [{ type: "aws:cloudwatch/eventTarget:EventTarget", props: { arn: `${ARN}:7` } }],
    },
  ],
  [
    "firehose-stream-keeps-what-it-cannot-deliver",
    "Redshift",
    "broken",
    { props: { redshiftConfiguration: { s3Configuration: {} } } },
  ],
  ["sns-subscription-has-a-dead-letter-queue", "text messages", "kept", { props: { protocol: "sms" } }],
  ["rds-database-has-backups", "six days", "broken", { props: { backupRetentionPeriod: 6 } }],
  [
    "sqs-queue-hides-messages-six-times-as-long-as-its-consumer-runs",
    "a function that does not say",
    "broken",
    {
      props: { arn: "arn:aws:sqs:us-east-1:1:q", visibilityTimeoutSeconds: 17 },
      among: [
        {
          type: "aws:lambda/eventSourceMapping:EventSourceMapping",
          props: { eventSourceArn: "arn:aws:sqs:us-east-1:1:q", functionName: "f" },
        },
        { type: LAMBDA, props: { name: "f" } },
      ],
    },
  ],

  [
    "iam-policy-names-its-actions",
    "another's statement alone",
    "kept",
    permission({ Action: "sqs:SendMessage", Resource: "*" }),
  ],
  [
    "iam-policy-names-its-resources",
    "a registered policy",
    "kept",
    {
      ...permission({ Action: "sqs:SendMessage", Resource: "*" }),
      settings: { registered: [{ name: "example", because: "It moves letters of any queue." }] },
    },
  ],
  [
    "iam-policy-names-its-resources",
    "a condition on the resource's tags",
    "kept",
    permission({
      Action: "sqs:SendMessage",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/Team": "core" } },
    }),
  ],
  [
    "iam-policy-names-its-resources",
    "a condition that any resource meets",
    "broken",
    permission({
      Action: "sqs:SendMessage",
      Resource: "*",
      Condition: { StringLike: { "aws:ResourceTag/Team": "*" } },
    }),
  ],
  [
    "iam-attachment-is-no-full-access",
    "PowerUserAccess",
    "broken",
    { props: { policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" } },
  ],
  [
    "resource-policy-names-its-principals",
    "a condition only where the key is there",
    "broken",
    queuePolicy({ Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } } }),
  ],
  [
    "resource-policy-names-its-principals",
    "a VPC endpoint",
    "kept",
    queuePolicy({ Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } }),
  ],
  [
    "resource-policy-names-its-principals",
    "an image repository",
    "broken",
    {
      type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
      props: { policy: allow({ Principal: "*", Action: "ecr:BatchGetImage" }) },
    },
  ],
  [
    "iam-role-trusts-the-named-only",
    "all subjects but one",
    "broken",
    trust({
      Principal: { Federated: "arn:aws:iam::1:oidc-provider/x" },
      Condition: { StringNotLike: { "x:sub": "repo:a" } },
    }),
  ],
  [
    "iam-role-names-whom-a-service-acts-for",
    "EventBridge",
    "broken",
    trust({ Principal: { Service: "events.amazonaws.com" } }),
  ],
  [
    "lambda-permission-names-its-source",
    "an account",
    "kept",
    { props: { principal: "s3.amazonaws.com", sourceAccount: "123456789012" } },
  ],
  [
    "aws-variable-holds-no-secret",
    "a private key under any name",
    "broken",
    variable("CONFIG", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
  ],
  [
    "aws-variable-holds-no-secret",
    "a reference to Secrets Manager",
    "kept",
    variable("DB_PASSWORD", "{{resolve:secretsmanager:db}}"),
  ],
  [
    "aws-variable-holds-no-secret",
    "a parameter's name in a build",
    "kept",
    {
      type: "aws:codebuild/project:Project",
      props: {
        environment: { environmentVariables: [{ name: "NPM_TOKEN", type: "PARAMETER_STORE", value: "npm-token" }] },
      },
    },
  ],
  ["s3-bucket-has-no-public-acl", "whoever has an account", "broken", { props: { acl: "authenticated-read" } }],
  [
    "ec2-security-group-lets-nothing-out-beside-endpoints",
    "port 0 of a protocol",
    "broken",
    {
      props: { vpcId: "v", egress: [{ protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: ["0.0.0.0/0"] }] },
      among: [{ type: "aws:ec2/vpcEndpoint:VpcEndpoint", props: { vpcId: "v" } }],
    },
  ],
  [
    "ec2-security-group-lets-nothing-out-beside-endpoints",
    "one port of the internet",
    "kept",
    {
      props: { vpcId: "v", egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }] },
      among: [{ type: "aws:ec2/vpcEndpoint:VpcEndpoint", props: { vpcId: "v" } }],
    },
  ],
  [
    "apigateway-method-is-authorised",
    "a signature in a header",
    "kept",
    {
      props: {
        httpMethod: "POST",
        authorization: "NONE",
        requestParameters: { "method.request.header.X-Hub-Signature": true },
      },
    },
  ],
  ["apigateway-definition-is-authorised", "any method", "broken", openapi("x-amazon-apigateway-any-method")],
  ["apigateway-definition-is-authorised", "a POST", "broken", openapi("post")],
  ["apigateway-definition-is-authorised", "what is no method", "kept", openapi("parameters")],
  [
    "apigatewayv2-route-is-authorised",
    "what comes over a connection",
    "kept",
    {
      props: { routeKey: "$disconnect", apiId: "a" },
      among: [{ type: "aws:apigatewayv2/api:Api", props: { id: "a", protocolType: "WEBSOCKET" } }],
    },
  ],

  [
    "cloudwatch-alarm-sees-and-speaks",
    "a metric of the account",
    "kept",
    { props: { namespace: "AWS/Lambda", metricName: "ConcurrentExecutions", alarmActions: ["arn"] } },
  ],
  [
    "logs-group-has-a-retention",
    "a class that has a retention of its own",
    "kept",
    { props: { logGroupClass: "DELIVERY" } },
  ],
  [
    "logs-group-has-a-retention",
    "compliance by a merged tag",
    "broken",
    { props: { retentionInDays: 7, tagsAll: { Compliance: "audit" } } },
  ],
  [
    "sqs-queue-has-an-alarm",
    "a table of the same name",
    "broken",
    {
      props: { name: "x" },
      among: [
        {
          type: "aws:cloudwatch/metricAlarm:MetricAlarm",
          props: { namespace: "AWS/DynamoDB", dimensions: { TableName: "x" } },
        },
      ],
    },
  ],

  ["lambda-function-runtime-is-supported", "a runtime on its last day", "broken", { props: { runtime: "nodejs18.x" } }],
  [
    "apigateway-integration-waits-for-its-function",
    "30 seconds of an HTTP API",
    "kept",
    {
      type: "aws:apigatewayv2/integration:Integration",
      props: { integrationUri: ARN },
      among: [{ type: LAMBDA, props: { arn: ARN, timeout: 30 } }],
    },
  ],
  [
    "apigateway-integration-waits-for-its-function",
    "an ARN to invoke",
    "broken",
    {
      type: "aws:apigateway/integration:Integration",
      props: { uri: "arn:aws:apigateway:us-east-1:lambda:path/f" },
      among: [{ type: LAMBDA, props: { invokeArn: "arn:aws:apigateway:us-east-1:lambda:path/f", timeout: 60 } }],
    },
  ],
  [
    "apigateway-deployment-has-methods",
    "a definition that was put",
    "kept",
    {
      props: { restApi: "a" },
      among: [
        { type: "aws:apigateway/restApi:RestApi", props: { id: "a" } },
        { type: "aws:apigateway/restApiPut:RestApiPut", props: { restApiId: "a", body: "{}" } },
      ],
    },
  ],
  [
    "aws-name-fits-its-service",
    "two hyphens in a database's name",
    "broken",
    { type: "aws:rds/instance:Instance", props: { identifier: "a--b" } },
  ],
  [
    "aws-name-fits-its-service",
    "an alias of AWS",
    "broken",
    { type: "aws:kms/alias:Alias", props: { name: "alias/aws/mine" } },
  ],
  [
    "aws-name-fits-its-service",
    "a table's 255 letters",
    "kept",
    { type: "aws:dynamodb/table:Table", props: { name: "t".repeat(255) } },
  ],
  [
    "aws-name-fits-its-service",
    "a stream's 129 letters",
    "broken",
    { type: "aws:kinesis/stream:Stream", props: { name: "s".repeat(129) } },
  ],
  [
    "aws-resource-has-no-deletion-protection",
    "a cluster",
    "broken",
    { type: "aws:rds/cluster:Cluster", props: { deletionProtection: true } },
  ],
  ["aws-resource-can-be-destroyed", "null", "broken", { type: BUCKET, props: { forceDestroy: null } }],

  [
    "cloudfront-distribution-uses-tls",
    "an origin as viewers come, who come over TLS only",
    "kept",
    distribution({
      origins: [{ domainName: "a.example", customOriginConfig: { originProtocolPolicy: "match-viewer" } }],
    }),
  ],
  [
    "cloudfront-distribution-uses-tls",
    "an old protocol to the origin",
    "broken",
    distribution({
      origins: [
        {
          domainName: "a.example",
          customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2", "SSLv3"] },
        },
      ],
    }),
  ],
  [
    "apigateway-definition-is-authorised",
    "a REST API by its document alone",
    "broken",
    {
      type: "aws:apigateway/restApiPut:RestApiPut",
      props: { body: JSON.stringify({ security: [{ a: [] }], paths: { "/": { put: {} } } }) },
    },
  ],
  [
    "apigateway-definition-is-authorised",
    "an authorizer, which is written as an API key",
    "kept",
    {
      props: {
        body: JSON.stringify({
          securityDefinitions: { a: { type: "apiKey", "x-amazon-apigateway-authtype": "custom" } },
          paths: { "/": { put: { security: [{ a: [] }] } } },
        }),
      },
    },
  ],
  ["apigateway-definition-is-authorised", "YAML, which is not read", "kept", { props: { body: "paths:\n  /: {}" } }],
  [
    "resource-policy-names-its-principals",
    "a bucket's own policy",
    "broken",
    {
      type: BUCKET,
      props: { policy: { Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }] } },
    },
  ],
  [
    "resource-policy-names-its-principals",
    "everybody over a mount target",
    "kept",
    {
      type: "aws:efs/fileSystemPolicy:FileSystemPolicy",
      props: {
        policy: allow({
          Principal: "*",
          Action: "elasticfilesystem:ClientMount",
          Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
        }),
      },
    },
  ],
  [
    "resource-policy-names-its-principals",
    "all of half the addresses",
    "broken",
    queuePolicy({ Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } } }),
  ],
  [
    "resource-policy-names-its-principals",
    "all values of a key that may be missing",
    "broken",
    queuePolicy({ Condition: { "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": "o-1/*" } } }),
  ],
  [
    "resource-policy-names-its-principals",
    "a search domain in a network",
    "kept",
    {
      type: "aws:opensearch/domain:Domain",
      props: { vpcOptions: { subnetIds: ["s"] }, accessPolicies: allow({ Principal: "*", Action: "es:ESHttp*" }) },
    },
  ],
  [
    "iam-role-trusts-the-named-only",
    "one identity pool",
    "kept",
    trust({
      Principal: { Federated: "cognito-identity.amazonaws.com" },
      Condition: { StringEquals: { "cognito-identity.amazonaws.com:aud": "pool" } },
    }),
  ],
  [
    "iam-role-trusts-the-named-only",
    "every project of GitLab",
    "broken",
    trust({
      Principal: { Federated: "arn:aws:iam::1:oidc-provider/gitlab.com" },
      Condition: { StringLike: { "gitlab.com:sub": "project_path:*" } },
    }),
  ],
  [
    "iam-role-trusts-the-named-only",
    "one service account of a cluster",
    "kept",
    trust({
      Principal: { Federated: "arn:aws:iam::1:oidc-provider/eks" },
      Condition: { StringEquals: { "eks:sub": "system:serviceaccount:web:api" } },
    }),
  ],
  [
    "iam-role-trusts-the-named-only",
    "a directory by SAML",
    "kept",
    trust({ Principal: { Federated: "arn:aws:iam::1:saml-provider/corp" } }),
  ],
  [
    "iam-role-names-whom-a-service-acts-for",
    "a service by its region",
    "broken",
    trust({ Principal: { Service: "logs.us-east-1.amazonaws.com" } }),
  ],
  [
    "iam-policy-names-its-resources",
    "an ARN of anything",
    "broken",
    permission({ Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:*" }),
  ],
  [
    "iam-policy-names-its-resources",
    "every object of every bucket",
    "broken",
    permission({ Action: "s3:GetObject", Resource: "arn:aws:s3:::*/*" }),
  ],
  [
    "iam-policy-names-its-resources",
    "any stream of any log group",
    "broken",
    permission({ Action: "logs:PutLogEvents", Resource: "arn:aws:logs:us-east-1:1:log-group:*:*" }),
  ],
  [
    "iam-policy-names-its-resources",
    "AWS's own models",
    "kept",
    permission({ Action: "bedrock:InvokeModel", Resource: "arn:aws:bedrock:us-east-1::foundation-model/*" }),
  ],
  [
    "iam-policy-names-its-actions",
    "a sign for one letter and a star",
    "broken",
    permission({ Action: "s3:?*", Resource: "arn:aws:s3:::b" }),
  ],
  [
    "iam-attachment-is-no-full-access",
    "a second version",
    "broken",
    { props: { policyArn: "arn:aws:iam::aws:policy/CloudWatchFullAccessV2" } },
  ],
  [
    "apigatewayv2-route-is-authorised",
    "every route of an HTTP API",
    "broken",
    {
      props: { routeKey: "$default", apiId: "a" },
      among: [{ type: "aws:apigatewayv2/api:Api", props: { id: "a", protocolType: "HTTP" } }],
    },
  ],
  [
    "waf-stands-before-what-is-public",
    "a GraphQL API of a network",
    "kept",
    { type: "aws:appsync/graphQLApi:GraphQLApi", props: { visibility: "PRIVATE" } },
  ],
  [
    "waf-stands-before-what-is-public",
    "a stage that another stack guards",
    "kept",
    { props: { webAclArn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" } },
  ],
  [
    "aws-endpoint-is-not-public",
    "a gateway load balancer, which has no side",
    "kept",
    { type: "aws:lb/loadBalancer:LoadBalancer", props: { loadBalancerType: "gateway" } },
  ],
  [
    "ec2-instance-uses-imdsv2",
    "a launch template's word",
    "kept",
    {
      props: { launchTemplate: { id: "lt-1" } },
      among: [
        {
          type: "aws:ec2/launchTemplate:LaunchTemplate",
          props: { id: "lt-1", metadataOptions: { httpTokens: "required" } },
        },
      ],
    },
  ],
  [
    "ec2-security-group-lets-nothing-out-beside-endpoints",
    "a rule of another stack's group",
    "kept",
    {
      type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      props: { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", securityGroupId: "sg-9" },
      among: [{ type: "aws:ec2/vpcEndpoint:VpcEndpoint", props: {} }],
    },
  ],
  ["aws-variable-holds-no-secret", "a switch", "kept", variable("USE_API_KEY", "true")],
  [
    "aws-variable-holds-no-secret",
    "a password in an address",
    "broken",
    variable("DATABASE_URL", "postgres://app:hunter2@db/orders"),
  ],
  [
    "ssm-parameter-that-holds-a-secret-is-secure",
    "where a secret lies",
    "kept",
    { props: { name: "/app/db-secret-arn", type: "String" } },
  ],
  [
    "ssm-parameter-that-holds-a-secret-is-secure",
    "a setting that is no regular expression",
    "broken",
    { props: { name: "/a", type: "String" }, settings: { names: "[" } },
  ],
  [
    "aws-resource-is-tagged",
    "a setting that is no regular expression",
    "broken",
    { type: QUEUE, props: { tags: TAGS }, settings: { allowed: { Owner: "(" } } },
  ],
  [
    "ec2-instance-disks-are-encrypted",
    "a disk that is not there",
    "kept",
    {
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      props: {
        blockDeviceMappings: [
          { deviceName: "/dev/sdb", virtualName: "ephemeral0" },
          { deviceName: "/dev/sdc", noDevice: "" },
        ],
      },
    },
  ],
  [
    "elasticache-group-is-encrypted",
    "a secondary of a global group",
    "kept",
    { props: { globalReplicationGroupId: "g" } },
  ],
  [
    "s3-bucket-is-encrypted",
    "a classic load balancer's logs",
    "kept",
    { props: { bucket: "b" }, among: logging("aws:elb/loadBalancer:LoadBalancer", { accessLogs: { bucket: "b" } }) },
  ],
  [
    "s3-bucket-is-encrypted",
    "the logs of a bucket whose name goes on",
    "broken",
    { props: { bucket: "b" }, among: logging("aws:s3/bucketLogging:BucketLogging", { targetBucket: "b.example.com" }) },
  ],
  [
    "redshiftserverless-namespace-is-encrypted",
    "AWS's key by its name",
    "broken",
    { props: { kmsKeyId: "AWS_OWNED_KMS_KEY" } },
  ],
  [
    "lambda-mapping-reports-failed-items",
    "a broker, of which Lambda does not ask it",
    "kept",
    { props: { eventSourceArn: "arn:aws:mq:us-east-1:1:broker:b" } },
  ],
  [
    "lambda-async-function-has-a-failure-destination",
    "a text that says its name",
    "kept",
    invokedBy("aws:scheduler/schedule:Schedule", { target: { arn: "arn:aws:sqs:us-east-1:1:q", input: '{"to":"f"}' } }),
  ],
  [
    "cloudwatch-alarm-sees-and-speaks",
    "a bounce rate, which has no dimension",
    "kept",
    { props: { namespace: "AWS/SES", metricName: "Reputation.BounceRate", alarmActions: ["arn"] } },
  ],
  [
    "cloudwatch-alarm-sees-and-speaks",
    "an alarm that rolls back a deployment",
    "kept",
    {
      props: { name: "a", namespace: "AWS/Lambda" },
      among: [
        { type: "aws:codedeploy/deploymentGroup:DeploymentGroup", props: { alarmConfiguration: { alarms: ["a"] } } },
      ],
    },
  ],
  [
    "sqs-queue-has-an-alarm",
    "a metric of one's own with the same dimension",
    "broken",
    {
      props: { name: "x" },
      among: [
        { type: "aws:cloudwatch/metricAlarm:MetricAlarm", props: { namespace: "Own", dimensions: { QueueName: "x" } } },
      ],
    },
  ],
  [
    "apigateway-deployment-follows-its-api",
    "a version in its variables",
    "kept",
    { props: { variables: { version: "1" } } },
  ],
  [
    "aws-name-fits-its-service",
    "a made-up name of a FIFO queue",
    "broken",
    { type: QUEUE, props: { name: "orders-1a2b3c4.fifo" }, settings: { deterministic: true } },
  ],
];

describe("A rule tells apart", () => {
  for (const [name, what, verdict, example] of CASES)
    it(`${name}: ${what} is ${verdict}`, () => {
      const rule = RULES.find((each) => each.name === name);
      assert.ok(rule, `no rule is called ${name}`);
      assert.equal(verdictOn(rule, example).length > 0 ? "broken" : "kept", verdict);
    });
});

describe("A policy document is read", () => {
  const refusing = {
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const refuses = (change: object) => refusesPlainHttp({ Statement: [{ ...refusing, ...change }] }, ["sqs:*"]);

  it("as JSON text or as an object, of one statement or of many", () => {
    assert.equal(statementsOf({ Statement: refusing }).length, 1);
    assert.equal(statementsOf(JSON.stringify({ Statement: [refusing, refusing] })).length, 2);
    for (const nothing of [undefined, null, "", "{", 7, [], UNKNOWN]) assert.deepEqual(statementsOf(nothing), []);
  });

  it("to refuse plain HTTP when it denies everybody everything, and nothing else", () => {
    assert.equal(refuses({}), true);
    assert.equal(refuses({ Effect: "Allow" }), false);
    assert.equal(refuses({ Action: "sqs:SendMessage" }), false);
    assert.equal(refuses({ Action: undefined, NotAction: "sqs:*" }), false);
    assert.equal(refuses({ Condition: { StringEquals: { "aws:SecureTransport": "false" } } }), false);
    assert.equal(refuses({ Condition: { Bool: { "AWS:securetransport": ["false"] } } }), true);
    assert.equal(refuses({ Condition: undefined }), false);
    const but = (key: string) => ({ Condition: { Bool: { "aws:SecureTransport": "false", [key]: "false" } } });
    assert.equal(refuses(but("aws:PrincipalIsAWSService")), true);
    assert.equal(refuses(but("aws:MultiFactorAuthPresent")), false);
  });
});

describe("A resource is named", () => {
  const named = (text: string, to: object) =>
    refersTo(resource({ type: "a", props: { at: text } }), "at", resource({ type: "b", props: { ...to } }));

  it("by any of its names, alone or within a text, and by no other's", () => {
    assert.equal(named("f", { functionName: "f" }), true);
    assert.equal(named("lb-1.example", { dnsName: "lb-1.example" }), true);
    assert.equal(named(`${ARN}:live`, { arn: ARN }), true);
    assert.equal(named('ALARM("a")', { name: "a" }), true);
    assert.equal(!named(`${ARN}-2`, { arn: ARN }), true);
    assert.equal(!named("orders-2", { name: "orders" }), true);
    assert.equal(!named("anything", { name: "" }), true);
    assert.equal(named("ALARM(a)", { name: "a" }) && !named("ALARM(ab)", { name: "a" }), true);
    assert.equal(named(`ALARM(${ARN}-2) OR ALARM(${ARN})`, { arn: ARN }), true);
    assert.equal(!named("arn:aws:sqs:us-east-1:1:q.fifo", { arn: "arn:aws:sqs:us-east-1:1:q" }), true);
  });
});

describe("A pattern", () => {
  it("matches the whole text, its `*` any text and its other signs themselves", () => {
    assert.equal(matches("dev*", "dev-1") && matches("*", "") && matches("a.b", "a.b"), true);
    assert.equal(!matches("dev", "dev-1") && !matches("dev*", "my-dev") && !matches("a.b", "axb"), true);
  });
});

describe("A value in a message", () => {
  it("is JSON, says what is not known yet, and what is not there", () => {
    assert.equal(shown({ a: UNKNOWN }), '{"a":"(not known yet)"}');
    assert.equal(shown(undefined), "absent");
  });
});
