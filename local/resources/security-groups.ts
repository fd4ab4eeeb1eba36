import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type DescribeSecurityGroupsCommandInput,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { arnIn, taggedAs } from "./ec2";
import {
  given,
  goesWithItsParent,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  tagList,
  type World,
} from "./materialiser";

async function groupIn({ clients }: World, which: DescribeSecurityGroupsCommandInput): Promise<SecurityGroup> {
  const { SecurityGroups } = await clients.ec2.send(new DescribeSecurityGroupsCommand(which));
  return needed(SecurityGroups?.[0], `the security group with ${JSON.stringify(which)}`);
}

async function withoutRules({ clients }: World, group: SecurityGroup): Promise<string> {
  const { GroupId, IpPermissions = [], IpPermissionsEgress = [] } = group;
  if (IpPermissions.length > 0)
    await clients.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  if (IpPermissionsEgress.length > 0)
    await clients.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }));
  return needed(GroupId, "the security group's id");
}

/** As the provider does, it takes away the rule that lets everything out, which every group is made with. */
const group = materialiser<aws.ec2.SecurityGroupArgs>({
  async create(world, { name, description, vpcId, tags, ...rest }, logicalName) {
    nothingElse(rest);
    const request = {
      GroupName: nameFor(name, logicalName),
      Description: description ?? "Managed by Pulumi",
      VpcId: needed(vpcId, "vpcId"),
      ...taggedAs("security-group", tags),
    };
    const { GroupId } = await world.clients.ec2.send(new CreateSecurityGroupCommand(request));
    const id = await withoutRules(
      world,
      await groupIn(world, { GroupIds: [needed(GroupId, "the security group's id")] }),
    );
    return { id, outputs: { name: request.GroupName, arn: arnIn(world, "security-group", id) } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  },
});

const defaultGroup = materialiser<aws.ec2.DefaultSecurityGroupArgs>({
  async create(world, { vpcId, tags, ...rest }) {
    nothingElse(rest);
    const Filters = [
      { Name: "vpc-id", Values: [needed(vpcId, "vpcId")] },
      { Name: "group-name", Values: ["default"] },
    ];
    const id = await withoutRules(world, await groupIn(world, { Filters }));
    const Tags = tagList(tags);
    if (Tags.length > 0) await world.clients.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    return { id, outputs: { name: "default", arn: arnIn(world, "security-group", id) } };
  },
  delete: goesWithItsParent,
});

type RuleInputs = Plain<aws.vpc.SecurityGroupEgressRuleArgs & aws.vpc.SecurityGroupIngressRuleArgs>;

/** One rule as EC2 takes it. */
function ruleOf({ securityGroupId, tags, ipProtocol, fromPort, toPort, description, ...more }: RuleInputs) {
  const { cidrIpv4, prefixListId, referencedSecurityGroupId, ...rest } = more;
  nothingElse(rest);
  const about = given({ Description: description });
  const permission: IpPermission = {
    ...given({ IpProtocol: ipProtocol, FromPort: fromPort, ToPort: toPort }),
    ...(cidrIpv4 && { IpRanges: [{ CidrIp: cidrIpv4, ...about }] }),
    ...(prefixListId && { PrefixListIds: [{ PrefixListId: prefixListId, ...about }] }),
    ...(referencedSecurityGroupId && { UserIdGroupPairs: [{ GroupId: referencedSecurityGroupId, ...about }] }),
  };
  const GroupId = needed(securityGroupId, "securityGroupId");
  return { GroupId, IpPermissions: [permission], ...taggedAs("security-group-rule", tags) };
}

const ruleMade = (world: World, rules: readonly { SecurityGroupRuleId?: string | undefined }[] | undefined) => {
  const id = needed(rules?.[0]?.SecurityGroupRuleId, "the rule's id");
  return { id, outputs: { securityGroupRuleId: id, arn: arnIn(world, "security-group-rule", id) } };
};

const egress = materialiser<aws.vpc.SecurityGroupEgressRuleArgs>({
  async create(world, inputs) {
    const request = new AuthorizeSecurityGroupEgressCommand(ruleOf(inputs));
    return ruleMade(world, (await world.clients.ec2.send(request)).SecurityGroupRules);
  },
  async delete({ clients }, { id }, { securityGroupId: GroupId }) {
    await clients.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: [id] }));
  },
});

const ingress = materialiser<aws.vpc.SecurityGroupIngressRuleArgs>({
  async create(world, inputs) {
    const request = new AuthorizeSecurityGroupIngressCommand(ruleOf(inputs));
    return ruleMade(world, (await world.clients.ec2.send(request)).SecurityGroupRules);
  },
  async delete({ clients }, { id }, { securityGroupId: GroupId }) {
    await clients.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [id] }));
  },
});

export const securityGroups: Materialisers = {
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultGroup,
  "aws:ec2/securityGroup:SecurityGroup": group,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": egress,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ingress,
};
