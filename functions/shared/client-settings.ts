/**
 * Settings of every SDK client. A call takes at most 4 s and is tried three times, so that the two calls of a stage end
 * before the function's own 30 s do: the default is no limit at all. `throwOnRequestTimeout` is needed since the SDK
 * otherwise only logs that the limit has passed.
 */
export const clientSettings = {
  maxAttempts: 3,
  retryMode: "standard",
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};
