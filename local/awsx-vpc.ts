import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** The arguments of `awsx.ec2.Vpc` that are modelled. */
interface VpcInputs {
  readonly cidrBlock: string;
  readonly availabilityZoneNames: readonly string[];
  readonly enableDnsHostnames?: boolean;
  readonly enableDnsSupport?: boolean;
  readonly natGateways: { readonly strategy: "None" | "Single" | "OnePerAz" };
  readonly subnetStrategy: "Auto";
  readonly subnetSpecs: readonly SubnetSpec[];
  readonly tags?: Readonly<Record<string, string>>;
}

interface SubnetSpec {
  readonly type: "Public" | "Private";
  readonly name: string;
  /** One a zone. */
  readonly cidrBlocks: readonly string[];
}

const MODELLED: readonly string[] = [
  "availabilityZoneNames",
  "cidrBlock",
  "enableDnsHostnames",
  "enableDnsSupport",
  "natGateways",
  "subnetSpecs",
  "subnetStrategy",
  "tags",
] satisfies (keyof VpcInputs)[];

/** A subnet, and what hangs on it. */
interface Placed {
  readonly type: SubnetSpec["type"];
  readonly subnet: aws.ec2.Subnet;
  readonly routeTable: aws.ec2.RouteTable;
  readonly association: aws.ec2.RouteTableAssociation;
}

/**
 * Constructs in this process what the provider of `awsx.ec2.Vpc` constructs in its own: the same children with the same
 * logical names, parents and inputs (pulumi-awsx 3.9, `awsx/ec2/vpc.ts`). Without that process the component would be one
 * registration with nothing in it.
 * @param component the network's parent; its URN has to be known
 * @returns the component's outputs
 * @throws when an input is not modelled, since the provider would make other children
 */
export function constructVpc(
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  component: pulumi.Resource,
): Record<string, unknown> {
  const args = modelled(name, inputs);
  const { cidrBlock, enableDnsHostnames, enableDnsSupport } = args;
  const tags = { Name: name, ...args.tags };
  const vpc = new aws.ec2.Vpc(
    name,
    { cidrBlock, ...defined({ enableDnsHostnames, enableDnsSupport }), tags },
    { parent: component },
  );
  const under = { parent: vpc, dependsOn: [vpc] };
  // Made with or without public subnets: it costs nothing.
  const internetGateway = new aws.ec2.InternetGateway(name, { vpcId: vpc.id, tags }, under);
  const { strategy } = args.natGateways;
  const eips: aws.ec2.Eip[] = [];
  const natGateways: aws.ec2.NatGateway[] = [];
  const routes: aws.ec2.Route[] = [];
  const placed: Placed[] = [];
  const publicFirst = [...args.subnetSpecs].sort((one, other) => other.type.localeCompare(one.type));
  args.availabilityZoneNames.forEach((availabilityZone, zone) => {
    for (const spec of publicFirst) {
      const subnetName = `${name}-${spec.name}-${zone + 1}`;
      const at = placedSubnet(subnetName, { spec, cidrBlock: spec.cidrBlocks[zone], availabilityZone, vpc, tags });
      placed.push(at);
      if (spec.type === "Public" && (strategy === "OnePerAz" || (strategy === "Single" && zone === 0))) {
        const made = natGateway(`${name}-${zone + 1}`, at.subnet, args.tags);
        eips.push(made.eip);
        natGateways.push(made.gateway);
      }
      const nat = natGateways[strategy === "Single" ? 0 : zone];
      const way = spec.type === "Public" ? { gatewayId: internetGateway.id } : nat && { natGatewayId: nat.id };
      if (way) routes.push(defaultRoute(subnetName, at.routeTable, way));
    }
  });
  return { ...outputsOf(vpc, placed), internetGateway, eips, natGateways, routes, vpcEndpoints: [] };
}

function modelled(name: string, inputs: Readonly<Record<string, unknown>>): VpcInputs {
  const others = Object.keys(inputs).filter((key) => inputs[key] !== undefined && !MODELLED.includes(key));
  const args = inputs as unknown as VpcInputs;
  const specs = args.subnetSpecs.flatMap((spec) => {
    const { type, name: noun, cidrBlocks, ...more } = spec;
    const whole = noun && cidrBlocks?.length === args.availabilityZoneNames.length;
    return whole && ["Public", "Private"].includes(type) && Object.keys(more).length === 0 ? [] : [type];
  });
  if (others.length === 0 && specs.length === 0 && args.subnetStrategy === "Auto") return args;
  const what = [...others, ...specs.map((type) => `subnet spec ${type}`)].join(", ") || "subnetStrategy";
  throw new Error(
    `${name}: ${what} of awsx.ec2.Vpc is not modelled here; give strategy Auto, zones by name, and specs with a name and one CIDR block a zone, or extend local/awsx-vpc.ts.`,
  );
}

interface Placing {
  readonly spec: SubnetSpec;
  readonly cidrBlock: string | undefined;
  readonly availabilityZone: string;
  readonly vpc: aws.ec2.Vpc;
  readonly tags: Readonly<Record<string, string>>;
}

function placedSubnet(subnetName: string, { spec, cidrBlock, availabilityZone, vpc, tags }: Placing): Placed {
  const own = { ...tags, Name: subnetName, SubnetType: spec.type };
  const subnet = new aws.ec2.Subnet(
    subnetName,
    {
      vpcId: vpc.id,
      availabilityZone,
      mapPublicIpOnLaunch: spec.type === "Public",
      ...defined({ cidrBlock }),
      assignIpv6AddressOnCreation: false,
      tags: own,
    },
    { parent: vpc, dependsOn: [vpc] },
  );
  const routeTable = new aws.ec2.RouteTable(
    subnetName,
    { vpcId: vpc.id, tags: own },
    { parent: subnet, dependsOn: [subnet] },
  );
  const association = new aws.ec2.RouteTableAssociation(
    subnetName,
    { routeTableId: routeTable.id, subnetId: subnet.id },
    { parent: routeTable, dependsOn: [routeTable] },
  );
  return { type: spec.type, subnet, routeTable, association };
}

function natGateway(gatewayName: string, subnet: aws.ec2.Subnet, given: VpcInputs["tags"]) {
  const under = { parent: subnet, dependsOn: [subnet] };
  const tags = { ...given, Name: gatewayName };
  const eip = new aws.ec2.Eip(gatewayName, { tags }, under);
  const args = { subnetId: subnet.id, allocationId: eip.allocationId, tags };
  return { eip, gateway: new aws.ec2.NatGateway(gatewayName, args, under) };
}

function defaultRoute(
  subnetName: string,
  table: aws.ec2.RouteTable,
  way: Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId">,
): aws.ec2.Route {
  return new aws.ec2.Route(
    subnetName,
    { routeTableId: table.id, ...way, destinationCidrBlock: "0.0.0.0/0" },
    { parent: table, dependsOn: [table] },
  );
}

function outputsOf(vpc: aws.ec2.Vpc, placed: readonly Placed[]) {
  const of = (type: SubnetSpec["type"]) => placed.filter((each) => each.type === type).map(({ subnet }) => subnet);
  const ids = (subnets: readonly aws.ec2.Subnet[]) => subnets.map(({ id }) => id);
  const [publicSubnets, privateSubnets] = [of("Public"), of("Private")];
  return {
    vpc,
    vpcId: vpc.id,
    subnets: placed.map(({ subnet }) => subnet),
    publicSubnets,
    publicSubnetIds: ids(publicSubnets),
    privateSubnets,
    privateSubnetIds: ids(privateSubnets),
    isolatedSubnets: [],
    isolatedSubnetIds: [],
    routeTables: placed.map(({ routeTable }) => routeTable),
    routeTableAssociations: placed.map(({ association }) => association),
  };
}

/** Without the keys that have no value, which typings with exact optional properties refuse. */
const defined = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };
