import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import type * as aws from "@pulumi/aws";
import {
  functionOf,
  given,
  goesWithItsParent,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  tagList,
} from "./materialiser";

/** Gone at once, whatever the recovery window: a cloud that ends recovers nothing. */
const secret = materialiser<aws.secretsmanager.SecretArgs>({
  async create({ clients }, { name, description, kmsKeyId, recoveryWindowInDays: _days, tags, ...rest }, logicalName) {
    nothingElse(rest);
    const request = { Name: nameFor(name, logicalName), Description: description, KmsKeyId: kmsKeyId };
    const Tags = tags ? tagList(tags) : undefined;
    const { ARN } = await clients.secrets.send(new CreateSecretCommand(given({ ...request, Tags })));
    const arn = needed(ARN, "the secret's ARN");
    return { id: arn, outputs: { name: request.Name, arn } };
  },
  async delete({ clients }, { id }) {
    await clients.secrets.send(new DeleteSecretCommand({ SecretId: id, ForceDeleteWithoutRecovery: true }));
  },
});

const secretVersion = materialiser<aws.secretsmanager.SecretVersionArgs>({
  async create({ clients }, { secretId, secretString, secretBinary, versionStages, ...rest }) {
    nothingElse({ ...rest, secretBinary });
    const request = { SecretId: secretId, SecretString: needed(secretString, "secretString") };
    const made = await clients.secrets.send(
      new PutSecretValueCommand(given({ ...request, VersionStages: versionStages ?? ["AWSCURRENT"] })),
    );
    const versionId = needed(made.VersionId, "the version's id");
    return { id: `${secretId}|${versionId}`, outputs: { versionId, arn: made.ARN, versionStages: made.VersionStages } };
  },
  delete: goesWithItsParent,
});

/** Switches rotation on; `rotation/` rotates, with the function that is named. */
const secretRotation = materialiser<aws.secretsmanager.SecretRotationArgs>({
  async create(world, { secretId, rotationLambdaArn, rotationRules, rotateImmediately: _later, ...rest }) {
    nothingElse(rest);
    const { automaticallyAfterDays, scheduleExpression, duration } = needed(rotationRules, "rotationRules");
    nothingElse({ scheduleExpression, duration });
    const request = {
      ...{ SecretId: secretId, RotationLambdaARN: functionOf(world, rotationLambdaArn).arn, RotateImmediately: false },
      RotationRules: { AutomaticallyAfterDays: automaticallyAfterDays },
    };
    await world.clients.secrets.send(new RotateSecretCommand(request));
    return { id: String(secretId), outputs: { rotationEnabled: true } };
  },
  delete: goesWithItsParent,
});

export const secrets: Materialisers = {
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
  "aws:secretsmanager/secretRotation:SecretRotation": secretRotation,
};
