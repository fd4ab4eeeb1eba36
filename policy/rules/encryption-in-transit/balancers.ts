import { fsbp } from "../controls";
import { EXEMPTIONS, exempted, keeping } from "../exemptions";
import { referring } from "../links";
import { always, type Resource, type Rule } from "../rule";
import { at, is, isSet, listOf, manyOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];

const LISTENER_RULES = ["aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule"];

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
  ofStack: true,
  settings: EXEMPTIONS, // a stack for development may have no certificate
  excuse: exempted,
  broken: keeping((listener, { resources }) => {
    const actions = listener.props.defaultActions;
    if (protocolOf(listener.props) !== "HTTP") return [];
    const plain = (list: unknown) => manyOf(list).some((action) => action !== UNKNOWN && !redirects(action));
    const rules = LISTENER_RULES.flatMap((type) => referring(resources, type, "listenerArn", listener));
    return [
      ...(actions !== UNKNOWN && plain(actions)
        ? [`protocol is ${shown(listener.props.protocol)} and the default action ${shown(at(actions, "type"))}.`]
        : []),
      ...rules
        .filter(({ props }) => props.actions !== UNKNOWN && plain(props.actions))
        .map(({ name, props }) => `its rule ${name} has action ${shown(at(props.actions, "type"))}.`),
    ];
  }),
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
    {
      props: { arn: "arn:aws:elasticloadbalancing:us-east-1:1:listener/l", port: 80, defaultActions: redirecting },
      among: [
        {
          type: LISTENER_RULES[0]!,
          props: {
            listenerArn: "arn:aws:elasticloadbalancing:us-east-1:1:listener/l",
            actions: [{ type: "forward" }],
          },
        },
      ],
    },
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
  controls: fsbp("ELB.22"),
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

const CLASSIC: Rule = {
  ...SAME,
  name: "elb-listener-uses-tls",
  says: "A classic load balancer's listeners speak HTTPS or SSL.",
  fix: "Give lbProtocol https or ssl with a sslCertificateId.",
  controls: fsbp("ELB.3"),
  types: ["aws:elb/loadBalancer:LoadBalancer"],
  broken: ({ props }) =>
    listOf(props.listeners)
      .map((listener) => at(listener, "lbProtocol"))
      .filter((protocol) => protocol !== undefined && !is(lower(protocol), "https", "ssl"))
      .map((protocol) => `lbProtocol is ${shown(protocol)}.`),
  passes: [
    { props: { listeners: [{ lbPort: 443, lbProtocol: "HTTPS", instancePort: 80, instanceProtocol: "http" }] } },
  ],
  fails: [{ props: { listeners: [{ lbPort: 80, lbProtocol: "http", instancePort: 80, instanceProtocol: "http" }] } }],
};

const lower = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);

export const BALANCERS_IN_TRANSIT: readonly Rule[] = [CLASSIC, LISTENER, LISTENER_POLICY, TARGET_GROUP];
