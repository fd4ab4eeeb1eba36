/**
 * Settings of every SDK client. A call takes at most 4 s and is tried three times, so that the two calls of a stage end
 * before the function's own 30 s do: the default is no limit at all. `throwOnRequestTimeout` is needed since the SDK
 * otherwise only logs that the limit has passed. The logger has no `info`, `debug` or `error`: with the SDK's own silent
 * one every request and answer is copied for a log line that nobody writes, a third of what a query of 30 items costs.
 */
export const clientSettings = {
  maxAttempts: 3,
  retryMode: "standard",
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  logger: { warn: (...parts: unknown[]) => console.warn(...parts) } as never,
};
