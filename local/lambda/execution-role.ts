import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { CloudAccess, LambdaFunction } from "./lambda-function";

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration: Date;
}

/** Gives a function the credentials of its execution role. Rejects when Lambda could not assume the role. */
export interface ExecutionRoles {
  credentialsOf(fn: LambdaFunction): Promise<RoleCredentials>;
}

const SESSION_SECONDS = 3600;
const RENEW_BEFORE_EXPIRY_MILLISECONDS = 15 * 60_000;

interface TrustStatement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: "*" | { readonly Service?: string | readonly string[] };
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/**
 * Whether a trust policy (JSON text, possibly URL-encoded as IAM returns it) lets the Lambda service assume the role
 * ("Defining Lambda function permissions with an execution role", Lambda Developer Guide). Conditions are not
 * evaluated: the service passes none that a role of a function could sensibly ask for.
 */
export function trustsLambda(document: string): boolean {
  const text = document.trimStart().startsWith("{") ? document : decodeURIComponent(document);
  const { Statement } = JSON.parse(text) as { Statement?: TrustStatement | readonly TrustStatement[] };
  const concerning = listOf(Statement).filter(
    ({ Action, Principal }) =>
      listOf(Action).some((action) => ["sts:AssumeRole", "sts:*", "*"].includes(action)) &&
      (Principal === "*" || listOf(Principal?.Service).some((name) => name === "lambda.amazonaws.com" || name === "*")),
  );
  const effects = concerning.map(({ Effect }) => Effect);
  return effects.includes("Allow") && !effects.includes("Deny");
}

/** Assumes execution roles as the Lambda service does, one session per function, kept until shortly before expiry. */
export class AssumedRoles implements ExecutionRoles {
  readonly #sts: STSClient;
  readonly #iam: IAMClient;
  readonly #sessions = new Map<string, Promise<RoleCredentials>>();

  constructor(cloud: CloudAccess) {
    const settings = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
    this.#sts = new STSClient(settings);
    this.#iam = new IAMClient(settings);
  }

  async credentialsOf(fn: LambdaFunction): Promise<RoleCredentials> {
    const key = `${fn.roleArn} ${fn.name}`;
    const known = await this.#sessions.get(key);
    if (known !== undefined && known.expiration.getTime() - Date.now() > RENEW_BEFORE_EXPIRY_MILLISECONDS) return known;
    const renewed = this.#assume(fn);
    this.#sessions.set(key, renewed);
    renewed.catch(() => this.#sessions.delete(key)); // the next invocation asks again: the role may be repaired by then
    return renewed;
  }

  close(): void {
    this.#sts.destroy();
    this.#iam.destroy();
  }

  async #assume({ name, roleArn }: LambdaFunction): Promise<RoleCredentials> {
    const RoleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
    const { Role } = await this.#iam.send(new GetRoleCommand({ RoleName }));
    if (!trustsLambda(Role?.AssumeRolePolicyDocument ?? "{}")) {
      throw new Error(
        `${name}: the role ${roleArn} cannot be assumed by Lambda; its trust policy must allow sts:AssumeRole to lambda.amazonaws.com.`,
      );
    }
    const { Credentials: made } = await this.#sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: name, DurationSeconds: SESSION_SECONDS }),
    );
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.Expiration) {
      throw new Error(`${name}: AssumeRole of ${roleArn} answered without credentials.`);
    }
    return {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      ...(made.SessionToken === undefined ? {} : { sessionToken: made.SessionToken }),
      expiration: made.Expiration,
    };
  }
}
