import { randomBytes } from "node:crypto";
import type { AwsCredentials, LambdaFunction } from "./lambda-function";

/**
 * Everything a function sees in `process.env`, and nothing of ours ("Defined runtime environment variables",
 * Lambda Developer Guide). The function's own variables come after the defaults that it may replace and before the
 * reserved ones that it may not.
 */
export function environmentOf(
  fn: LambdaFunction,
  cloud: { readonly endpoint: string; readonly region: string },
  credentials: AwsCredentials,
  logStream: string,
): Record<string, string> {
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    // The SDK would print a warning about the Node.js version of this machine into every log stream.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...fn.environment,
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    // One set of processes serves all qualifiers, so where a version is published they are its.
    AWS_LAMBDA_FUNCTION_VERSION: fn.version ?? "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMiB),
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: fn.codeFile,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    _HANDLER: fn.handler,
  };
}

/** V8's limits by the function's memory: 90 % old space and 5 % semi-space, as AWS's runtime starts Node.js. */
export function nodeArgumentsOf(memoryMiB: number): string[] {
  const share = (part: number) => Math.max(1, Math.floor(memoryMiB * part));
  return [`--max-old-space-size=${share(0.9)}`, `--max-semi-space-size=${share(0.05)}`];
}

/** For example `2026/11/21/[$LATEST]0f3c…` with 32 hexadecimal digits. */
export function logStreamName(now: Date, version = "$LATEST"): string {
  return `${now.toISOString().slice(0, 10).replaceAll("-", "/")}/[${version}]${randomBytes(16).toString("hex")}`;
}

/** An unsampled X-Ray header ("Tracing header", X-Ray Developer Guide): this cloud has no X-Ray to send segments to. */
export function newTraceId(now: number): string {
  const seconds = Math.floor(now / 1000).toString(16);
  const random = randomBytes(20).toString("hex");
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
