import { BUCKETS, besides } from "./buckets";
import { cis, fsbp, wellArchitected } from "./controls";
import { refusesPlainHttp } from "./documents";
import { referring } from "./links";
import { type Among, always, type Resource, type Rule } from "./rule";
import { at, is, isSet, listOf, manyOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "why" | "level" | "severity">;
const SAME: Same = {
  group: "Encryption in transit",
  why: "What goes over a network in plain text can be read and changed on its way.",
  level: "mandatory",
  severity: "high",
};

const document = (effect: string, secure: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: effect,
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": secure } },
      },
    ],
  });
const REFUSING = document("Deny", "false");
const ALLOWING = document("Allow", "true");

const QUEUE = "aws:sqs/queue:Queue";
const TOPIC = "aws:sns/topic:Topic";
const ARN = "arn:aws:sqs:us-east-1:123456789012:q";

/** A rule about a resource whose policy, within it or beside it, has to deny what does not come over TLS. */
function refusing(
  about: Pick<Rule, "name" | "says" | "controls"> & { readonly types: readonly string[] },
  beside: { readonly type: string; readonly property: string },
  policiesOf: (resource: Resource, resources: readonly Resource[]) => readonly Resource[],
): Rule {
  const among = (policy: string, named: string): Among => [
    { type: beside.type, props: { [beside.property]: named, policy } },
  ];
  return {
    ...SAME,
    ...about,
    fix: `Add a ${beside.type.split(":")[2]} that denies every principal when aws:SecureTransport is false.`,
    ofStack: true,
    broken: (resource, { resources }) => {
      const policies = policiesOf(resource, resources);
      const documents = [resource.props.policy, ...policies.map(({ props }) => props.policy)];
      if (documents.some((each) => each === UNKNOWN || refusesPlainHttp(each))) return [];
      return [
        documents.some(isSet) ? "no statement of its policy denies aws:SecureTransport false." : "it has no policy.",
      ];
    },
    passes: [
      ...about.types.map((type) => ({ type, props: { policy: REFUSING } })),
      { props: { id: ARN }, among: among(REFUSING, ARN) },
      { props: { id: ARN }, among: [...among(ALLOWING, ARN), ...among(REFUSING, ARN)] },
    ],
    fails: [
      { props: { id: ARN } },
      { props: { policy: ALLOWING } },
      { props: { id: ARN }, among: among(REFUSING, `${ARN}-other`) },
    ],
  };
}

const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const redirecting = [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }];

const protocolOf = ({ protocol, port }: Resource["props"]): unknown => protocol ?? (isSet(port) ? "HTTP" : undefined);

const redirects = (action: unknown): boolean =>
  is(at(action, "type"), "redirect") && is(at(action, "redirect", "protocol"), "HTTPS");

const LISTENER: Rule = {
  ...SAME,
  name: "lb-listener-redirects-http",
  says: "A listener speaks HTTPS or TLS, or does nothing but send callers there.",
  fix: "Give protocol HTTPS with a certificateArn; keep an HTTP listener only with a default action redirect to HTTPS.",
  controls: fsbp("ELB.1", "ELB.18"),
  types: LISTENERS,
  broken: ({ props }) => {
    const actions = props.defaultActions;
    if (protocolOf(props) !== "HTTP" || actions === UNKNOWN) return [];
    return manyOf(actions).every((action) => action === UNKNOWN || redirects(action))
      ? []
      : [`protocol is ${shown(props.protocol)} and the default action ${shown(at(actions, "type"))}.`];
  },
  passes: [
    ...LISTENERS.map((type) => ({
      type,
      props: { protocol: "HTTPS", port: 443, defaultActions: [{ type: "forward" }] },
    })),
    { props: { protocol: "HTTP", port: 80, defaultActions: redirecting } },
    { props: { protocol: "TCP", port: 6379, defaultActions: [{ type: "forward" }] } },
  ],
  fails: [
    { props: { protocol: "HTTP", port: 80, defaultActions: [{ type: "forward" }] } },
    { props: { port: 80, defaultActions: [{ type: "fixed-response" }] } },
    { props: { port: 80, defaultActions: [{ type: "redirect", redirect: { host: "x", statusCode: "HTTP_301" } }] } },
  ],
};

/** Policies without TLS 1.0 and 1.1 (Elastic Load Balancing user guides, "Security policies"). */
const MODERN_POLICY = /TLS13-1-[23]|TLS-1-2|FS-1-2/;

const LISTENER_POLICY: Rule = {
  ...SAME,
  name: "lb-listener-uses-tls-1-2",
  says: "A listener of HTTPS or TLS speaks TLS 1.2 or newer.",
  why: "The default policy, ELBSecurityPolicy-2016-08, still speaks TLS 1.0 and 1.1, which are broken.",
  fix: "Give sslPolicy, for example ELBSecurityPolicy-TLS13-1-2-2021-06.",
  controls: fsbp("ELB.17"),
  types: LISTENERS,
  broken: ({ props: { protocol, sslPolicy } }) =>
    !["HTTPS", "TLS"].includes(String(protocol)) || sslPolicy === UNKNOWN || MODERN_POLICY.test(String(sslPolicy))
      ? []
      : [`sslPolicy is ${shown(sslPolicy)}.`],
  remedy: always({ sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
  passes: [
    ...LISTENERS.map((type) => ({
      type,
      props: { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
    })),
    { props: { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-FS-1-2-Res-2020-10" } },
    { props: { protocol: "TCP" } },
  ],
  fails: [
    { props: { protocol: "HTTPS" } },
    { props: { protocol: "TLS", sslPolicy: "ELBSecurityPolicy-2016-08" } },
    { props: { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-1-2021-06" } },
  ],
};

const TARGET_GROUPS = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];

const TARGET_GROUP: Rule = {
  ...SAME,
  name: "lb-target-group-uses-tls",
  says: "A load balancer speaks HTTPS or TLS to its targets.",
  why: "Behind the load balancer, the same data goes on through the network.",
  fix: "Give protocol HTTPS or TLS; a group of Lambda functions has none and needs none.",
  level: "advisory",
  severity: "low",
  controls: wellArchitected("SEC09-BP02"),
  types: TARGET_GROUPS,
  broken: ({ props: { protocol, targetType } }) =>
    !is(targetType, "lambda") && is(protocol, "HTTP") && protocol !== UNKNOWN
      ? [`protocol is ${shown(protocol)}.`]
      : [],
  passes: [
    ...TARGET_GROUPS.map((type) => ({ type, props: { protocol: "HTTPS" } })),
    { props: { targetType: "lambda" } },
    { props: { protocol: "TCP" } },
  ],
  fails: [{ props: { protocol: "HTTP", port: 80 } }],
};

const CACHE: Rule = {
  ...SAME,
  name: "elasticache-group-uses-tls",
  says: "A replication group takes connections over TLS only.",
  fix: 'Set transitEncryptionEnabled = true; transitEncryptionMode "preferred" only while clients move to TLS.',
  controls: fsbp("ElastiCache.5"),
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  broken: ({ props: { transitEncryptionEnabled: enabled, transitEncryptionMode: mode } }) => [
    ...(is(enabled, true) ? [] : [`transitEncryptionEnabled is ${shown(enabled)}.`]),
    ...(mode === "preferred" ? ['transitEncryptionMode is "preferred", which also takes plain text.'] : []),
  ],
  remedy: always({ transitEncryptionEnabled: true }),
  passes: [
    { props: { transitEncryptionEnabled: true } },
    { props: { transitEncryptionEnabled: true, transitEncryptionMode: "required" } },
  ],
  fails: [
    { props: {} },
    { props: { transitEncryptionEnabled: false } },
    { props: { transitEncryptionEnabled: true, transitEncryptionMode: "preferred" } },
  ],
};

const DAX: Rule = {
  ...SAME,
  name: "dax-cluster-uses-tls",
  says: "A DAX cluster takes connections over TLS only.",
  fix: "Set clusterEndpointEncryptionType = TLS.",
  controls: fsbp("DynamoDB.7"),
  types: ["aws:dax/cluster:Cluster"],
  broken: ({ props: { clusterEndpointEncryptionType: type } }) =>
    is(type, "TLS") ? [] : [`clusterEndpointEncryptionType is ${shown(type)}.`],
  remedy: always({ clusterEndpointEncryptionType: "TLS" }),
  passes: [{ props: { clusterEndpointEncryptionType: "TLS" } }],
  fails: [{ props: {} }, { props: { clusterEndpointEncryptionType: "NONE" } }],
};

const DOMAIN: Rule = {
  ...SAME,
  name: "apigateway-domain-uses-tls-1-2",
  says: "An API's domain speaks TLS 1.2 or newer.",
  why: "TLS 1.0 and 1.1 are broken, and the default differs by the kind of endpoint.",
  fix: "Set securityPolicy = TLS_1_2.",
  controls: wellArchitected("SEC09-BP02"),
  types: ["aws:apigateway/domainName:DomainName"],
  broken: ({ props: { securityPolicy } }) =>
    securityPolicy === UNKNOWN || /^TLS_1_2$|TLS1[23]/.test(String(securityPolicy))
      ? []
      : [`securityPolicy is ${shown(securityPolicy)}.`],
  remedy: always({ securityPolicy: "TLS_1_2" }),
  passes: [
    { props: { domainName: "api.example.com", securityPolicy: "TLS_1_2" } },
    { props: { domainName: "api.example.com", securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" } },
  ],
  fails: [
    { props: { domainName: "api.example.com" } },
    { props: { domainName: "api.example.com", securityPolicy: "TLS_1_0" } },
  ],
};

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const distribution = (viewer: string, origin: string, minimum: string, host = "api.example.com") => ({
  defaultCacheBehavior: { viewerProtocolPolicy: viewer },
  origins: [{ domainName: host, customOriginConfig: { originProtocolPolicy: origin } }],
  viewerCertificate: {
    acmCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
    minimumProtocolVersion: minimum,
  },
});

const CLOUDFRONT: Rule = {
  ...SAME,
  name: "cloudfront-distribution-uses-tls",
  says: "A distribution speaks TLS 1.2 or newer to viewers, and TLS to origins.",
  fix: "Set viewerProtocolPolicy redirect-to-https, minimumProtocolVersion TLSv1.2_2021 and originProtocolPolicy https-only.",
  controls: fsbp("CloudFront.3", "CloudFront.15", "CloudFront.9", "CloudFront.10"),
  types: [DISTRIBUTION],
  broken: ({ props }) => {
    const behaviors = [props.defaultCacheBehavior, ...listOf(props.orderedCacheBehaviors)];
    const viewers = behaviors.map((each) => at(each, "viewerProtocolPolicy")).filter((each) => each === "allow-all");
    const version = at(props.viewerCertificate, "minimumProtocolVersion");
    const ownCertificate = ["acmCertificateArn", "iamCertificateId"].some((key) =>
      isSet(at(props.viewerCertificate, key)),
    );
    const plain = listOf(props.origins).filter((origin) => {
      const policy = at(origin, "customOriginConfig", "originProtocolPolicy");
      // A bucket's website endpoint speaks HTTP only (S3 user guide, "Website endpoints").
      const host = at(origin, "domainName");
      const website = host === UNKNOWN || /\.s3-website[.-]/.test(String(host));
      return !website && (policy === "http-only" || policy === "match-viewer");
    });
    return [
      ...viewers.map((policy) => `viewerProtocolPolicy is ${shown(policy)}.`),
      ...(ownCertificate && version !== UNKNOWN && !/TLSv1\.[23]/.test(String(version))
        ? [`minimumProtocolVersion is ${shown(version)}.`]
        : []),
      ...plain.map((origin) => `originProtocolPolicy of ${shown(at(origin, "domainName"))} is not https-only.`),
    ];
  },
  passes: [
    { props: distribution("redirect-to-https", "https-only", "TLSv1.2_2021") },
    { props: distribution("https-only", "http-only", "TLSv1.2_2021", "site.s3-website-us-east-1.amazonaws.com") },
    {
      props: {
        ...distribution("https-only", "https-only", "TLSv1"),
        viewerCertificate: { cloudfrontDefaultCertificate: true },
      },
    },
  ],
  fails: [
    { props: distribution("allow-all", "https-only", "TLSv1.2_2021") },
    { props: distribution("https-only", "http-only", "TLSv1.2_2021") },
    { props: distribution("https-only", "https-only", "TLSv1") },
  ],
};

const ssl = (value: string) => [{ name: "require_ssl", value }];
const WORKGROUP = "aws:redshiftserverless/workgroup:Workgroup";
const PARAMETERS = "aws:redshift/parameterGroup:ParameterGroup";

const REDSHIFT: Rule = {
  ...SAME,
  name: "redshift-requires-tls",
  says: "A Redshift parameter group or workgroup refuses connections without TLS.",
  fix: "Give the parameter require_ssl the value true.",
  controls: fsbp("Redshift.2", "RedshiftServerless.2"),
  types: [PARAMETERS, WORKGROUP],
  broken: ({ type, props }) => {
    const path = type === WORKGROUP ? "configParameters" : "parameters";
    const list = props[path];
    if (list === UNKNOWN) return [];
    const key = type === WORKGROUP ? "parameterKey" : "name";
    const found = listOf(list).find((each) => each === UNKNOWN || is(at(each, key), "require_ssl"));
    const value = type === WORKGROUP ? at(found, "parameterValue") : at(found, "value");
    return found === UNKNOWN || is(value, "true", true) ? [] : [`require_ssl in ${path} is ${shown(value)}.`];
  },
  passes: [
    { type: PARAMETERS, props: { family: "redshift-1.0", parameters: ssl("true") } },
    { type: WORKGROUP, props: { configParameters: [{ parameterKey: "require_ssl", parameterValue: "true" }] } },
  ],
  fails: [
    { type: PARAMETERS, props: { family: "redshift-1.0", parameters: ssl("false") } },
    { type: PARAMETERS, props: { family: "redshift-1.0" } },
    { type: WORKGROUP, props: { configParameters: [{ parameterKey: "require_ssl", parameterValue: "false" }] } },
    { type: WORKGROUP, props: {} },
  ],
};

const OPENSEARCH: Rule = {
  ...SAME,
  name: "opensearch-domain-uses-tls",
  says: "An OpenSearch domain speaks TLS to clients and between its nodes.",
  fix: "Set domainEndpointOptions.enforceHttps and nodeToNodeEncryption.enabled = true.",
  controls: fsbp("Opensearch.3", "Opensearch.8"),
  types: ["aws:opensearch/domain:Domain"],
  broken: ({ props }) =>
    [
      ["domainEndpointOptions", "enforceHttps"],
      ["nodeToNodeEncryption", "enabled"],
    ]
      .filter((path) => !is(at(props, ...path), true))
      .map((path) => `${path.join(".")} is ${shown(at(props, ...path))}.`),
  remedy: always({ domainEndpointOptions: { enforceHttps: true }, nodeToNodeEncryption: { enabled: true } }),
  passes: [{ props: { domainEndpointOptions: { enforceHttps: true }, nodeToNodeEncryption: { enabled: true } } }],
  fails: [{ props: {} }, { props: { domainEndpointOptions: { enforceHttps: true } } }],
};

const SUBSCRIPTION: Rule = {
  ...SAME,
  name: "sns-subscription-uses-tls",
  says: "A subscription does not deliver over plain HTTP.",
  fix: "Give protocol https and an https endpoint.",
  controls: wellArchitected("SEC09-BP02"),
  types: ["aws:sns/topicSubscription:TopicSubscription"],
  broken: ({ props: { protocol } }) => (protocol === "http" ? ['protocol is "http".'] : []),
  passes: [{ props: { protocol: "https", endpoint: "https://example.com/hook" } }, { props: { protocol: "sqs" } }],
  fails: [{ props: { protocol: "http", endpoint: "http://example.com/hook" } }],
};

const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";

export const ENCRYPTION_IN_TRANSIT: readonly Rule[] = [
  DOMAIN,
  CLOUDFRONT,
  DAX,
  CACHE,
  LISTENER,
  LISTENER_POLICY,
  TARGET_GROUP,
  OPENSEARCH,
  REDSHIFT,
  refusing(
    {
      name: "s3-bucket-refuses-plain-http",
      says: "A bucket's policy refuses requests that do not come over TLS.",
      controls: [...fsbp("S3.5"), ...cis("3.1.1")],
      types: [...BUCKETS],
    },
    { type: BUCKET_POLICY, property: "bucket" },
    (bucket, resources) => besides(bucket, resources, "BucketPolicy"),
  ),
  SUBSCRIPTION,
  refusing(
    {
      name: "sns-topic-refuses-plain-http",
      says: "A topic's policy refuses requests that do not come over TLS.",
      controls: wellArchitected("SEC09-BP02"),
      types: [TOPIC],
    },
    { type: TOPIC_POLICY, property: "arn" },
    (topic, resources) => referring(resources, TOPIC_POLICY, "arn", topic),
  ),
  refusing(
    {
      name: "sqs-queue-refuses-plain-http",
      says: "A queue's policy refuses requests that do not come over TLS.",
      controls: wellArchitected("SEC09-BP02"),
      types: [QUEUE],
    },
    { type: QUEUE_POLICY, property: "queueUrl" },
    (queue, resources) => referring(resources, QUEUE_POLICY, "queueUrl", queue),
  ),
];
