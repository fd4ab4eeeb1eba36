/** What running a function needs to know of it. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** `<module>.<export>`, for example `index.handler`. */
  readonly handler: string;
  /** Directory that holds the extracted zip; the function's LAMBDA_TASK_ROOT. */
  readonly codeFile: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Left out: bounded only by the executor's own limit on processes. */
  readonly reservedConcurrency?: number | undefined;
  readonly logGroup: string;
  /** The published version; left out: nothing is published. */
  readonly version?: string;
  /** Names that stand for the published version. */
  readonly aliases?: readonly string[];
}

/** A function by its ARN, or by that of its version or one of its aliases: a deployment has one code for all of them. */
export function functionNamed<Fn extends LambdaFunction>(
  functions: ReadonlyMap<string, Fn>,
  arn: string,
): Fn | undefined {
  const known = functions.get(arn);
  if (known) return known;
  const at = arn.lastIndexOf(":");
  const fn = functions.get(arn.slice(0, at));
  return fn && ["$LATEST", fn.version, ...(fn.aliases ?? [])].includes(arn.slice(at + 1)) ? fn : undefined;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where the AWS API answers, and the identity with which AWS's own services act on it. */
export interface CloudAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly service: AwsCredentials;
}

/** The outcome of one invocation, as the Invoke API tells them apart. Durations are milliseconds in the handler. */
export type InvokeResult =
  | { readonly kind: "ok"; readonly payload: string; readonly durationMs: number; readonly initMs?: number }
  | {
      readonly kind: "function-error";
      readonly errorType: string;
      /** JSON text `{ errorType, errorMessage, trace? }`. */
      readonly payload: string;
      readonly durationMs: number;
      readonly initMs?: number;
    }
  | { readonly kind: "throttled" }
  | { readonly kind: "service-error"; readonly message: string };

export interface InvokeOptions {
  /** Asynchronous retries of one event carry the same id, as on AWS. Left out: a new UUID. */
  readonly requestId?: string;
  /** `_X_AMZN_TRACE_ID` of the invocation. Left out: a new unsampled root. */
  readonly traceId?: string;
  /** The process is killed so long after the handler began, at the latest as it answers: its answer is lost. */
  readonly killAfterMilliseconds?: number;
}

/** Runs functions: the executor, or the executor with faults in front of it. */
export interface Invoker {
  invoke(arn: string, payload: string, options?: InvokeOptions): Promise<InvokeResult>;
}

/** The error payload Lambda makes itself when the process, not the handler, ended an invocation. */
export function runtimeError(errorType: string, errorMessage: string, durationMs: number): InvokeResult {
  return { kind: "function-error", errorType, payload: JSON.stringify({ errorType, errorMessage }), durationMs };
}
