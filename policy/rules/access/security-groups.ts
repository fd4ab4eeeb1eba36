import { cis, fsbp, wellArchitected } from "../controls";
import { ofType, referring, refersTo } from "../links";
import type { Resource, Rule } from "../rule";
import { VPC, WORLD } from "../types";
import { at, is, isObject, isSet, listOf, textsIn, UNKNOWN } from "../values";
import { REGISTERED, registering, unlessRegistered } from "./registered";
import { SAME } from "./same";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";

const GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

const worldIn = (rule: unknown): readonly string[] =>
  ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"]
    .flatMap((key) => textsIn(at(rule, key)))
    .filter((cidr) => WORLD.includes(cidr) || /^[0:]+\/0$/.test(cidr));

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
  if (one === undefined) return false; // a group of another stack
  if (a !== UNKNOWN && b !== UNKNOWN) return !isSet(a) || !isSet(b) || a === b;
  return one?.from?.vpcId?.some((urn) => other.from?.vpcId?.includes(urn)) ?? false;
};

const GROUP_AND_ENDPOINT = [
  { type: GROUP, props: { id: "sg-1", vpcId: "vpc-1" } },
  { type: ENDPOINT, props: { vpcId: "vpc-1" } },
];

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
      .filter((rule) => portsOf(rule) === "all" || is(at(rule, "fromPort"), 0, 1))
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
    {
      type: EGRESS,
      props: { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", securityGroupId: "sg-1" },
      among: GROUP_AND_ENDPOINT,
    },
    {
      type: GROUP_RULE,
      props: { ...open(0), type: "egress", protocol: "-1", securityGroupId: "sg-1" },
      among: GROUP_AND_ENDPOINT,
    },
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

export const SECURITY_GROUPS: readonly Rule[] = [OPEN_INGRESS, OPEN_EGRESS, DEFAULT_CLOSED];
