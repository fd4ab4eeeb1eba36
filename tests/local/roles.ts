import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { Clients } from "../../local/clients";
import type { Cloud } from "../../local/cloud";

export const policy = (Statement: readonly unknown[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** Makes a role of a Lambda function with one policy; answers its ARN. */
export async function roleThatMay(admin: Clients, RoleName: string, statements: readonly unknown[]): Promise<string> {
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const { Role } = await admin.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy([trust]) }));
  if (statements.length > 0) {
    const PolicyDocument = policy(statements);
    await admin.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "policy", PolicyDocument }));
  }
  return Role!.Arn!;
}

/** Clients with a session of the role, as the Lambda service makes it. */
export async function actingAs(cloud: Cloud, RoleArn: string): Promise<Clients> {
  const service = new Clients(cloud, cloud.service);
  const { Credentials } = await service.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" }));
  service.close();
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  return new Clients(cloud, {
    accessKeyId: AccessKeyId!,
    secretAccessKey: SecretAccessKey!,
    sessionToken: SessionToken!,
  });
}
