import { fsbp, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { DISTRIBUTION } from "../types";
import { at, is, isSet, listOf, manyOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

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

/** Public APIs answer at their own address with a policy that begins at TLS 1.0; private ones at TLS 1.2. */
const DEFAULT_ENDPOINT: Rule = {
  ...SAME,
  name: "apigateway-default-endpoint-uses-tls-1-2",
  says: "A public REST API's own address speaks TLS 1.2 or newer, or is turned off.",
  why: "Unless told otherwise, the execute-api address speaks TLS 1.0 and 1.1, which are broken.",
  fix: "Set disableExecuteApiEndpoint behind a domain of your own, or a securityPolicy SecurityPolicy_TLS13_… with endpointAccessMode.",
  level: "advisory",
  severity: "medium",
  controls: wellArchitected("SEC09-BP02"),
  types: ["aws:apigateway/restApi:RestApi"],
  broken: ({ props }) => {
    const policy = props.securityPolicy;
    const isPrivate = manyOf(at(props, "endpointConfiguration", "types")).some((type) => is(type, "PRIVATE"));
    const spoken = policy === UNKNOWN || /^TLS_1_2$|TLS1[23]/.test(String(policy));
    return isPrivate || spoken || is(props.disableExecuteApiEndpoint, true)
      ? []
      : [`securityPolicy is ${shown(policy)} and disableExecuteApiEndpoint ${shown(props.disableExecuteApiEndpoint)}.`];
  },
  passes: [
    { props: { disableExecuteApiEndpoint: true } },
    { props: { securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", endpointAccessMode: "STRICT" } },
    { props: { endpointConfiguration: { types: "PRIVATE" } } },
  ],
  fails: [{ props: {} }, { props: { securityPolicy: "TLS_1_0" } }],
};

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
      return !website && (policy === "http-only" || (policy === "match-viewer" && viewers.length > 0));
    });
    const old = listOf(props.origins)
      .flatMap((origin) => manyOf(at(origin, "customOriginConfig", "originSslProtocols")))
      .filter((protocol) => ["SSLv3", "TLSv1", "TLSv1.1"].includes(String(protocol === UNKNOWN ? "" : protocol)));
    return [
      ...old.map((protocol) => `originSslProtocols has ${shown(protocol)}.`),
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

export const EDGES_IN_TRANSIT: readonly Rule[] = [DEFAULT_ENDPOINT, DOMAIN, CLOUDFRONT, SUBSCRIPTION];
