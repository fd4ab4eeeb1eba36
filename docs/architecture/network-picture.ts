import type { RecordedProgram, RecordedResource } from "../../tests/support/recorded-program";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

type Inputs = Record<string, unknown>;

const idOf = ({ name }: RecordedResource) => name.replaceAll("-", "_");
const within = (id: unknown, list: unknown) => (list as unknown[] | undefined)?.includes(id) ?? false;

/** The private network as Mermaid: zones with their subnets, and exactly the ways that routes and security groups leave open. */
export function networkLines(program: RecordedProgram): string[] {
  const [vpc] = program.ofType("aws:ec2/vpc:Vpc");
  const tags = vpc?.inputs.tags as Inputs | undefined;
  const zones = [
    ...new Set(program.ofType("aws:ec2/subnet:Subnet").map(({ inputs }) => String(inputs.availabilityZone))),
  ];
  return [
    `  subgraph vpc["${tags?.Name}, ${vpc?.inputs.cidrBlock}"]`,
    ...zones.sort().flatMap((zone) => zoneLines(program, zone)),
    ...placed(program).map((each) => `    ${idOf(each)}["${each.inputs.name}"]`),
    ...program.ofType(ENDPOINT).map((each) => `    ${idOf(each)}(["${(each.inputs.tags as Inputs).Name}"])`),
    "  end",
    ...[...routes(program), ...ways(program), ...callers(program)].sort(),
  ];
}

/** What stands in the private subnets of every zone. */
const placed = (program: RecordedProgram) => [
  ...program.ofType("aws:lb/loadBalancer:LoadBalancer"),
  ...program.ofType("aws:lambda/function:Function").filter(({ inputs }) => inputs.vpcConfig),
];

function zoneLines(program: RecordedProgram, zone: string): string[] {
  const subnets = program
    .ofType("aws:ec2/subnet:Subnet")
    .filter(({ inputs }) => inputs.availabilityZone === zone)
    .sort((a, b) => (a.name < b.name ? 1 : -1));
  const label = ({ name, inputs }: RecordedResource) =>
    `${name.includes("private") ? "private" : "NAT"} ${inputs.cidrBlock}`;
  return [
    `    subgraph ${zone.replaceAll("-", "_")}["${zone}"]`,
    ...subnets.map((subnet) => `      ${idOf(subnet)}["${label(subnet)}"]`),
    "    end",
  ];
}

/** Where each subnet's traffic goes by its route table, apart from the network itself. */
const routes = (program: RecordedProgram) =>
  program.ofType("aws:ec2/routeTableAssociation:RouteTableAssociation").flatMap(({ inputs }) => {
    const subnet = subnetOf(program, inputs.subnetId);
    const own = program
      .ofType("aws:ec2/route:Route")
      .filter((each) => each.inputs.routeTableId === inputs.routeTableId);
    const gateways = program.ofType(ENDPOINT).filter((each) => within(inputs.routeTableId, each.inputs.routeTableIds));
    if (subnet === undefined) return [];
    return [
      ...own.map((route) => `  ${idOf(subnet)} -->|"${route.inputs.destinationCidrBlock}"| ${nextHop(program, route)}`),
      ...gateways.map((gateway) => `  ${idOf(subnet)} -->|"prefix list"| ${idOf(gateway)}`),
    ];
  });

const subnetOf = (program: RecordedProgram, subnetId: unknown) =>
  program.ofType("aws:ec2/subnet:Subnet").find(({ id }) => id === subnetId);

function nextHop(program: RecordedProgram, { inputs }: RecordedResource): string {
  const nat = program.ofType("aws:ec2/natGateway:NatGateway").find(({ id }) => id === inputs.natGatewayId);
  const home = nat && subnetOf(program, nat.inputs.subnetId);
  return home ? idOf(home) : 'internet(["internet"])';
}

/** Where security groups let functions go. */
const ways = (program: RecordedProgram) =>
  program.ofType(EGRESS).flatMap(({ inputs }) => {
    const from = placed(program).find((each) =>
      within(inputs.securityGroupId, (each.inputs.vpcConfig as Inputs | undefined)?.securityGroupIds),
    );
    const to = program
      .ofType(ENDPOINT)
      .filter(
        (each) =>
          within(inputs.referencedSecurityGroupId, each.inputs.securityGroupIds) ||
          (inputs.prefixListId !== undefined && each.state.prefixListId === inputs.prefixListId),
      );
    if (from === undefined) return [];
    if (inputs.cidrIpv4) return [`  ${idOf(from)} -->|"${inputs.toPort}"| internet(["internet"])`];
    return to.map((each) => `  ${idOf(from)} -->|"${inputs.toPort}"| ${idOf(each)}`);
  });

/** Who may call the load balancer. */
const callers = (program: RecordedProgram) =>
  program.ofType("aws:lb/loadBalancer:LoadBalancer").flatMap((balancer) =>
    program
      .ofType(INGRESS)
      .filter(({ inputs }) => within(inputs.securityGroupId, balancer.inputs.securityGroups))
      .map(({ inputs }) => `  clients(["${inputs.cidrIpv4}"]) -->|"${inputs.toPort}"| ${idOf(balancer)}`),
  );
