import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy, type Statement } from "./access";

export interface OwnKeyArgs {
  /** With `alias/`. */
  readonly alias: string;
  readonly description: string;
  readonly account: pulumi.Input<string>;
  /** Days a deleted key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
  /** What services may do with it; none when left out. `Resource: "*"` is the key itself. */
  readonly statements?: readonly Statement[];
}

/**
 * CloudWatch Logs may use a key ("Encrypt log data in CloudWatch Logs using AWS KMS", step 2).
 * @param groups condition on `kms:EncryptionContext:aws:logs:arn`: the groups that may be encrypted with it, and no others
 */
export const logsEncrypt = (Sid: string, region: string, groups: Statement["Condition"]): Statement => ({
  Sid,
  Effect: "Allow",
  Principal: { Service: `logs.${region}.amazonaws.com` },
  Action: ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
  Resource: "*", // in a key policy, the key itself
  Condition: groups,
});

/** A customer key with its alias, rotated every year. The account's identities use it by their own policies. Costs $1 a month. */
export function ownKey(name: string, args: OwnKeyArgs, opts: pulumi.CustomResourceOptions): aws.kms.Key {
  const { alias, description, account, keyDeletionDays, statements = [] } = args;
  const accountDecides: Statement = {
    Sid: "AccountDecides",
    Effect: "Allow",
    Principal: { AWS: pulumi.interpolate`arn:aws:iam::${account}:root` },
    Action: "kms:*",
    Resource: "*", // in a key policy, the key itself
  };
  const key = new aws.kms.Key(
    name,
    {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: keyDeletionDays,
      policy: policy([accountDecides, ...statements]),
      tags: { Name: alias.replace("alias/", "") },
    },
    opts,
  );
  new aws.kms.Alias(`${name}-alias`, { name: alias, targetKeyId: key.keyId }, opts);
  return key;
}
