import { REGISTERED, registering, unlessRegistered } from "./access-registered";
import { cis, fsbp, wellArchitected } from "./controls";
import { ofType, referring, refersTo } from "./links";
import type { Example, Resource, Rule } from "./rule";
import { at, is, isObject, isSet, listOf, manyOf, shown, textsIn, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity">;
const SAME: Same = { group: "Nobody gets in", level: "mandatory", severity: "high" };

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const VPC = "aws:ec2/vpc:Vpc";

/** Every address there is. */
const WORLD = ["0.0.0.0/0", "::/0"];

const worldIn = (rule: unknown): readonly string[] =>
  ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"]
    .flatMap((key) => textsIn(at(rule, key)))
    .filter((cidr) => WORLD.includes(cidr));

/** Rules of one direction that a resource makes, whichever of the three types it is. */
function rulesOf({ type, props }: Resource, direction: "ingress" | "egress"): readonly unknown[] {
  if (type === GROUP) return listOf(props[direction]).filter(isObject);
  if (type === GROUP_RULE) return props.type === direction ? [props] : [];
  return type === (direction === "ingress" ? INGRESS : EGRESS) ? [props] : [];
}

/** Ports of a rule as text: `443`, `1024-2048`, `all`. */
function portsOf(rule: unknown): string {
  const protocol = at(rule, "protocol") ?? at(rule, "ipProtocol");
  const [from, to] = [at(rule, "fromPort"), at(rule, "toPort")];
  if (protocol === "-1" || protocol === "all" || !isSet(from)) return "all";
  return from === to ? String(from) : `${String(from)}-${String(to)}`;
}

const open = (port: number, cidr = "0.0.0.0/0") => ({
  protocol: "tcp",
  fromPort: port,
  toPort: port,
  cidrBlocks: [cidr],
});

const OPEN_INGRESS: Rule = {
  ...SAME,
  name: "ec2-security-group-lets-nobody-in",
  says: "A security group lets in other groups, prefix lists or known networks, not every address.",
  why: "Whatever listens behind 0.0.0.0/0 is scanned within minutes, by everybody.",
  fix: "Name a referenced group, a prefix list or a network, or register the group with a reason in the setting registered.",
  controls: [...fsbp("EC2.18", "EC2.19"), ...cis("6.3", "6.4"), ...wellArchitected("SEC05-BP02")],
  types: [GROUP, GROUP_RULE, INGRESS],
  settings: REGISTERED,
  broken: unlessRegistered((resource) =>
    rulesOf(resource, "ingress").flatMap((rule) =>
      worldIn(rule).map((cidr) => `ingress of port ${portsOf(rule)} is open to ${cidr}.`),
    ),
  ),
  passes: [
    { type: GROUP, props: { ingress: [open(443, "10.0.0.0/16")] } },
    { type: GROUP_RULE, props: { ...open(443), type: "egress" } },
    { type: INGRESS, props: { ipProtocol: "tcp", referencedSecurityGroupId: "sg-1" } },
    { type: GROUP, props: { ingress: [open(443)] }, settings: registering() },
  ],
  fails: [
    { type: GROUP, props: { ingress: [open(443, "10.0.0.0/16"), open(22)] } },
    { type: GROUP_RULE, props: { ...open(3306), type: "ingress" } },
    { type: INGRESS, props: { ipProtocol: "-1", cidrIpv6: "::/0" } },
    { type: GROUP, props: { ingress: [open(443)] }, settings: registering("another") },
  ],
};

const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

const groupOf = (resource: Resource, resources: readonly Resource[]): Resource | undefined =>
  resource.type === GROUP
    ? resource
    : ofType(resources, GROUP).find((group) => refersTo(resource, "securityGroupId", group));

/** Whether both are in one network: by its id or, where a preview does not know that, by what it was computed from. */
const sameVpc = (one: Resource | undefined, other: Resource): boolean => {
  const [a, b] = [one?.props.vpcId, other.props.vpcId];
  if (a !== UNKNOWN && b !== UNKNOWN) return !isSet(a) || !isSet(b) || a === b;
  return one?.from?.vpcId?.some((urn) => other.from?.vpcId?.includes(urn)) ?? false;
};

const OPEN_EGRESS: Rule = {
  ...SAME,
  name: "ec2-security-group-lets-nothing-out-beside-endpoints",
  says: "In a network with endpoints, a security group lets out to them, not to every address on every port.",
  why: "Who gets hold of a process behind an open way out can send everything it sees to anywhere.",
  fix: "Let out to the endpoints' groups and prefix lists, or register the group with a reason in the setting registered.",
  severity: "medium",
  controls: wellArchitected("SEC05-BP02"),
  types: [GROUP, GROUP_RULE, EGRESS],
  ofStack: true,
  settings: REGISTERED,
  broken: unlessRegistered((resource, { resources }) => {
    const group = groupOf(resource, resources);
    const [endpoint] = ofType(resources, ENDPOINT).filter((each) => sameVpc(group, each));
    if (endpoint === undefined) return [];
    return rulesOf(resource, "egress")
      .filter((rule) => portsOf(rule) === "all" || at(rule, "fromPort") === 0)
      .flatMap((rule) =>
        worldIn(rule).map((cidr) => `egress of port ${portsOf(rule)} is open to ${cidr}, beside ${endpoint.name}.`),
      );
  }),
  passes: [
    { type: GROUP, props: { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] } },
    {
      type: EGRESS,
      props: { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16" },
      among: [{ type: ENDPOINT, props: { vpcId: "vpc-1" } }],
    },
    {
      type: GROUP,
      props: { vpcId: "vpc-2", egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] },
      among: [{ type: ENDPOINT, props: { vpcId: "vpc-1" } }],
    },
  ],
  fails: [
    {
      type: GROUP,
      props: { vpcId: "vpc-1", egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] },
      among: [{ type: ENDPOINT, props: { vpcId: "vpc-1" } }],
    },
    { type: EGRESS, props: { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }, among: [{ type: ENDPOINT, props: {} }] },
    { type: GROUP_RULE, props: { ...open(0), type: "egress", protocol: "-1" }, among: [{ type: ENDPOINT, props: {} }] },
  ],
};

const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";

const DEFAULT_CLOSED: Rule = {
  ...SAME,
  name: "ec2-vpc-closes-its-default-security-group",
  says: "A network's default security group lets nothing in and nothing out.",
  why: "What is started without a group gets the default one, in which everything may talk to everything.",
  fix: "Add a DefaultSecurityGroup for the network, with ingress and egress left out.",
  level: "advisory",
  severity: "medium",
  controls: [...fsbp("EC2.2"), ...cis("6.5")],
  types: [VPC],
  ofStack: true,
  broken: (vpc, { resources }) => {
    const closing = referring(resources, DEFAULT_GROUP, "vpcId", vpc);
    if (closing.length === 0) return ["it has no DefaultSecurityGroup."];
    return closing.flatMap(({ name, props }) =>
      (["ingress", "egress"] as const)
        .filter((key) => listOf(props[key]).length > 0)
        .map((key) => `${name} has rules of ${key}.`),
    );
  },
  passes: [{ props: { id: "vpc-1" }, among: [{ type: DEFAULT_GROUP, props: { vpcId: "vpc-1" } }] }],
  fails: [
    { props: { id: "vpc-1" } },
    { props: { id: "vpc-1" }, among: [{ type: DEFAULT_GROUP, props: { vpcId: "vpc-1", ingress: [open(22)] } }] },
  ],
};

/** Properties that put a resource on the public internet, by type; and the value with which they do. */
const PUBLIC: readonly (readonly [type: string, path: readonly string[], value: unknown])[] = [
  ["aws:alb/loadBalancer:LoadBalancer", ["internal"], false],
  ["aws:dms/replicationInstance:ReplicationInstance", ["publiclyAccessible"], true],
  ["aws:docdb/clusterInstance:ClusterInstance", ["publiclyAccessible"], true],
  ["aws:ec2/instance:Instance", ["associatePublicIpAddress"], true],
  ["aws:ecs/service:Service", ["networkConfiguration", "assignPublicIp"], true],
  ["aws:lb/loadBalancer:LoadBalancer", ["internal"], false],
  ["aws:mq/broker:Broker", ["publiclyAccessible"], true],
  ["aws:neptune/clusterInstance:ClusterInstance", ["publiclyAccessible"], true],
  ["aws:rds/clusterInstance:ClusterInstance", ["publiclyAccessible"], true],
  ["aws:rds/instance:Instance", ["publiclyAccessible"], true],
  ["aws:redshift/cluster:Cluster", ["publiclyAccessible"], true],
  ["aws:redshiftserverless/workgroup:Workgroup", ["publiclyAccessible"], true],
];

/** Load balancers are public unless they say otherwise. */
const unsetIsPublic = (type: string): boolean => type.endsWith(":LoadBalancer");

const withPath = (path: readonly string[], value: unknown): Example["props"] =>
  [...path].reverse().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Example["props"];

const ENDPOINTS: Rule = {
  ...SAME,
  name: "aws-endpoint-is-not-public",
  says: "Load balancers, databases, brokers and instances have no address on the public internet.",
  why: "What has no public address cannot be reached by a mistake in one security group.",
  fix: "Set the property to the other value, or register the resource with a reason in the setting registered.",
  controls: [...fsbp("RDS.2", "Redshift.1", "RedshiftServerless.3", "EC2.9", "ECS.2", "DMS.1"), ...cis("3.2.3")],
  types: PUBLIC.map(([type]) => type),
  settings: REGISTERED,
  broken: unlessRegistered(({ type, props }) =>
    PUBLIC.filter(([of]) => of === type).flatMap(([, path, value]) => {
      const given = at(props, ...path);
      const bad = given === value || (given === undefined && unsetIsPublic(type));
      return bad && given !== UNKNOWN ? [`${path.join(".")} is ${shown(given)}.`] : [];
    }),
  ),
  passes: [
    ...PUBLIC.map(([type, path, value]) => ({ type, props: withPath(path, !value) })),
    { type: "aws:lb/loadBalancer:LoadBalancer", props: {}, settings: registering() },
    { type: "aws:rds/instance:Instance", props: {} },
  ],
  fails: [
    ...PUBLIC.map(([type, path, value]) => ({ type, props: withPath(path, value) })),
    { type: "aws:lb/loadBalancer:LoadBalancer", props: {} },
  ],
};

const CLUSTER: Rule = {
  ...SAME,
  name: "eks-cluster-endpoint-is-not-open",
  says: "A cluster's API is private, or public for named networks only.",
  why: "The API server of a cluster answers to whoever holds a token; a network is the second lock.",
  fix: "Set vpcConfig.endpointPublicAccess = false, or vpcConfig.publicAccessCidrs to known networks.",
  controls: fsbp("EKS.1"),
  types: ["aws:eks/cluster:Cluster"],
  settings: REGISTERED,
  broken: unlessRegistered(({ props: { vpcConfig } }) => {
    const cidrs = at(vpcConfig, "publicAccessCidrs");
    if (vpcConfig === UNKNOWN || is(at(vpcConfig, "endpointPublicAccess"), false) || cidrs === UNKNOWN) return [];
    const open = manyOf(cidrs ?? WORLD[0]).filter((cidr) => WORLD.includes(String(cidr)));
    return open.map((cidr) => `vpcConfig.endpointPublicAccess is on for ${String(cidr)}.`);
  }),
  passes: [
    { props: { vpcConfig: { endpointPublicAccess: false } } },
    { props: { vpcConfig: { publicAccessCidrs: ["203.0.113.0/24"] } } },
  ],
  fails: [{ props: { vpcConfig: {} } }, { props: { vpcConfig: { publicAccessCidrs: ["0.0.0.0/0"] } } }],
};

const INSTANCE = "aws:ec2/instance:Instance";
const INSTANCES = [
  INSTANCE,
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/launchConfiguration:LaunchConfiguration",
];
const DEFAULTS = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults";
const tokens = (httpTokens: string) => ({ metadataOptions: { httpTokens } });

const IMDS: Rule = {
  ...SAME,
  name: "ec2-instance-uses-imdsv2",
  says: "An instance gives its credentials only to callers with a session token (IMDSv2).",
  why: "With version 1, a server that can be made to fetch an address hands out its role's credentials.",
  fix: "Set metadataOptions.httpTokens = required, or make an InstanceMetadataDefaults in the stack.",
  controls: [...fsbp("EC2.8", "EC2.170"), ...cis("6.7")],
  types: INSTANCES,
  ofStack: true,
  broken: ({ props }, { resources }) => {
    const given = at(props, "metadataOptions", "httpTokens");
    const byDefault = ofType(resources, DEFAULTS).some((each) => is(each.props.httpTokens, "required"));
    const off = is(at(props, "metadataOptions", "httpEndpoint"), "disabled");
    if (is(given, "required") || off || (given === undefined && byDefault)) return [];
    return [`metadataOptions.httpTokens is ${shown(given)}.`];
  },
  passes: [
    ...INSTANCES.map((type) => ({ type, props: tokens("required") })),
    { props: { metadataOptions: { httpEndpoint: "disabled" } } },
    { props: {}, among: [{ type: DEFAULTS, props: { httpTokens: "required" } }] },
  ],
  fails: [
    { props: {} },
    { props: tokens("optional") },
    { props: tokens("optional"), among: [{ type: DEFAULTS, props: { httpTokens: "required" } }] },
  ],
};

export const ACCESS_NETWORK: readonly Rule[] = [ENDPOINTS, IMDS, OPEN_INGRESS, OPEN_EGRESS, DEFAULT_CLOSED, CLUSTER];
