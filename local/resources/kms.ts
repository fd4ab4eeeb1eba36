import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  EnableKeyRotationCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import type * as aws from "@pulumi/aws";
import { documentText, given, type Materialisers, materialiser, nameFor, needed, nothingElse } from "./materialiser";

/** A key cannot be deleted at once, on AWS as here: it stays, disabled, until its window (7 to 30 days) is over. */
const LONGEST_WINDOW_DAYS = 30;

const key = materialiser<aws.kms.KeyArgs>({
  async create(
    { clients },
    { description, policy, enableKeyRotation, rotationPeriodInDays, deletionWindowInDays, tags, ...rest },
  ) {
    nothingElse(rest);
    const Tags = Object.entries(tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
    const Policy = policy === undefined ? undefined : documentText(policy);
    const { KeyMetadata } = await clients.kms.send(
      new CreateKeyCommand(given({ Description: description, Policy, Tags })),
    );
    const KeyId = needed(KeyMetadata?.KeyId, "the key's id");
    if (enableKeyRotation) {
      await clients.kms.send(
        new EnableKeyRotationCommand(given({ KeyId, RotationPeriodInDays: rotationPeriodInDays })),
      );
    }
    return { id: KeyId, outputs: { keyId: KeyId, arn: KeyMetadata?.Arn } };
  },
  async delete({ clients }, { id }, { deletionWindowInDays: PendingWindowInDays = LONGEST_WINDOW_DAYS }) {
    await clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays }));
  },
});

const alias = materialiser<aws.kms.AliasArgs>({
  async create({ clients, region, account }, { name, targetKeyId, ...rest }, logicalName) {
    nothingElse(rest);
    const AliasName = name ?? `alias/${nameFor(undefined, logicalName)}`;
    const TargetKeyId = needed(targetKeyId, "targetKeyId");
    await clients.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    const place = `arn:aws:kms:${region}:${account}`;
    return {
      id: AliasName,
      outputs: { name: AliasName, arn: `${place}:${AliasName}`, targetKeyArn: `${place}:key/${TargetKeyId}` },
    };
  },
  async delete({ clients }, { id }) {
    await clients.kms.send(new DeleteAliasCommand({ AliasName: id }));
  },
});

export const kms: Materialisers = { "aws:kms/key:Key": key, "aws:kms/alias:Alias": alias };
