import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

export type Stage = "AWSCURRENT" | "AWSPENDING";

/** A secret and its versions. */
export interface SecretVersions {
  /** Stages by version. */
  stages(): Promise<{ readonly rotates: boolean; readonly of: Readonly<Record<string, readonly string[]>> }>;
  /** Undefined where there is none. @param version of the stage; any, where left out */
  value(stage: Stage, version?: string): Promise<string | undefined>;
  /** Puts a pending version; a version that has a value already keeps it. */
  putPending(version: string, value: string): Promise<void>;
  /** @param from the version that is current, if there is one */
  makeCurrent(version: string, from: string | undefined): Promise<void>;
}

export class SecretsManagerVersions implements SecretVersions {
  constructor(
    private readonly client: Pick<SecretsManagerClient, "send">,
    private readonly SecretId: string,
  ) {}

  async stages() {
    const { RotationEnabled, VersionIdsToStages } = await this.client.send(
      new DescribeSecretCommand({ SecretId: this.SecretId }),
    );
    return { rotates: RotationEnabled === true, of: VersionIdsToStages ?? {} };
  }

  async value(VersionStage: Stage, VersionId?: string): Promise<string | undefined> {
    try {
      const { SecretString } = await this.client.send(
        new GetSecretValueCommand({ SecretId: this.SecretId, VersionStage, ...(VersionId ? { VersionId } : {}) }),
      );
      return SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async putPending(version: string, SecretString: string): Promise<void> {
    try {
      const VersionStages: Stage[] = ["AWSPENDING"];
      await this.client.send(
        new PutSecretValueCommand({
          SecretId: this.SecretId,
          ...{ ClientRequestToken: version, SecretString, VersionStages },
        }),
      );
    } catch (error) {
      // The same step ran twice at a time, and the other was first: its value stays (API reference, PutSecretValue).
      if (!(error instanceof ResourceExistsException)) throw error;
    }
  }

  async makeCurrent(version: string, from: string | undefined): Promise<void> {
    await this.client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: this.SecretId,
        VersionStage: "AWSCURRENT",
        MoveToVersionId: version,
        ...(from ? { RemoveFromVersionId: from } : {}),
      }),
    );
  }
}
