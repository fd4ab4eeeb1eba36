import { cis, fsbp } from "../controls";
import { ofType, refersTo } from "../links";
import type { Rule } from "../rule";
import { WORLD } from "../types";
import { at, is, manyOf, nested, shown, UNKNOWN } from "../values";
import { REGISTERED, registering, unlessRegistered } from "./registered";
import { SAME } from "./same";

/** Properties that put a resource on the public internet, by type; and the value with which they do. */
const PUBLIC: readonly (readonly [type: string, path: readonly string[], value: unknown])[] = [
  ["aws:alb/loadBalancer:LoadBalancer", ["internal"], false],
  ["aws:dms/replicationInstance:ReplicationInstance", ["publiclyAccessible"], true],
  ["aws:docdb/clusterInstance:ClusterInstance", ["publiclyAccessible"], true],
  ["aws:ec2/instance:Instance", ["associatePublicIpAddress"], true],
  ["aws:ecs/service:Service", ["networkConfiguration", "assignPublicIp"], true],
  ["aws:elb/loadBalancer:LoadBalancer", ["internal"], false],
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
      const bad =
        given === value || (given === undefined && unsetIsPublic(type) && props.loadBalancerType !== "gateway");
      return bad && given !== UNKNOWN ? [`${path.join(".")} is ${shown(given)}.`] : [];
    }),
  ),
  passes: [
    ...PUBLIC.map(([type, path, value]) => ({ type, props: nested(path, !value) })),
    { type: "aws:lb/loadBalancer:LoadBalancer", props: {}, settings: registering() },
    { type: "aws:rds/instance:Instance", props: {} },
  ],
  fails: [
    ...PUBLIC.map(([type, path, value]) => ({ type, props: nested(path, value) })),
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
  broken: (resource, { resources }) => {
    const { props } = resource;
    const given = at(props, "metadataOptions", "httpTokens");
    const byDefault = ofType(resources, DEFAULTS).some((each) => is(each.props.httpTokens, "required"));
    const template = ofType(resources, INSTANCES[1]!).find((each) => refersTo(resource, "launchTemplate", each));
    const inherited = at(template?.props, "metadataOptions", "httpTokens");
    const off = is(at(props, "metadataOptions", "httpEndpoint"), "disabled");
    if (is(given, "required") || off || (given === undefined && (byDefault || is(inherited, "required")))) return [];
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

export const ADDRESSES: readonly Rule[] = [ENDPOINTS, CLUSTER, IMDS];
