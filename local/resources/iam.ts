import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type * as aws from "@pulumi/aws";
import {
  documentText,
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  tagList,
} from "./materialiser";

const role = materialiser<aws.iam.RoleArgs>({
  async create(
    { clients },
    { name, assumeRolePolicy, description, path, maxSessionDuration, tags, ...rest },
    logicalName,
  ) {
    nothingElse(rest);
    const RoleName = nameFor(name, logicalName);
    const request = given({
      RoleName,
      AssumeRolePolicyDocument: documentText(assumeRolePolicy),
      Description: description,
      Path: path,
      MaxSessionDuration: maxSessionDuration,
      Tags: tagList(tags),
    });
    const { Role } = await clients.iam.send(new CreateRoleCommand(request));
    return { id: RoleName, outputs: { name: RoleName, arn: Role?.Arn, uniqueId: Role?.RoleId } };
  },
  async delete({ clients }, { id }) {
    await clients.iam.send(new DeleteRoleCommand({ RoleName: id }));
  },
});

/** `role` may be given as the resource, whose id is its name. */
const rolePolicy = materialiser<aws.iam.RolePolicyArgs>({
  async create({ clients }, { name, role: owner, policy, ...rest }, logicalName) {
    nothingElse(rest);
    const PolicyName = nameFor(name, logicalName);
    const RoleName = String(owner);
    await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: documentText(policy) }));
    return { id: `${RoleName}:${PolicyName}`, outputs: { name: PolicyName } };
  },
  async delete({ clients }, { id }) {
    const [RoleName, PolicyName] = id.split(":");
    await clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  },
});

const policy = materialiser<aws.iam.PolicyArgs>({
  async create({ clients }, { name, policy: document, description, path, tags, ...rest }, logicalName) {
    nothingElse(rest);
    const PolicyName = nameFor(name, logicalName);
    const PolicyDocument = documentText(document);
    const request = given({ PolicyName, PolicyDocument, Description: description, Path: path, Tags: tagList(tags) });
    const { Policy } = await clients.iam.send(new CreatePolicyCommand(request));
    const arn = needed(Policy?.Arn, "the policy's ARN");
    return { id: arn, outputs: { name: PolicyName, arn, policyId: Policy?.PolicyId } };
  },
  async delete({ clients }, { id }) {
    await clients.iam.send(new DeletePolicyCommand({ PolicyArn: id }));
  },
});

const attachment = materialiser<aws.iam.RolePolicyAttachmentArgs>({
  async create({ clients }, { role: owner, policyArn, ...rest }, logicalName) {
    nothingElse(rest);
    await clients.iam.send(new AttachRolePolicyCommand({ RoleName: String(owner), PolicyArn: policyArn }));
    return { id: `${owner}-${logicalName}`, outputs: {} };
  },
  async delete({ clients }, _made, { role: owner, policyArn }) {
    await clients.iam.send(new DetachRolePolicyCommand({ RoleName: String(owner), PolicyArn: policyArn }));
  },
});

export const iam: Materialisers = {
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/policy:Policy": policy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachment,
};
