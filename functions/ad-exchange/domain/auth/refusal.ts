import type { Caller } from "../caller";

/** What a valid token opens. */
export interface Grant {
  readonly caller: Caller;
  /** Value of the API key that the caller's requests count under; without one no usage plan lets it in. */
  readonly usageKey?: string;
}

/** Why a token opens nothing. A closed set: each is a figure of its own. */
export type Reason =
  | "malformed"
  | "algorithm"
  | "issuer"
  | "audience"
  | "key-unknown"
  | "key-revoked"
  | "signature"
  | "expired"
  | "not-yet-valid"
  | "too-old"
  | "unknown"
  | "revoked"
  | "unusable";

/**
 * A token that opens nothing. All but "unusable" are answered 401: another token may help. "unusable" is genuine, but says
 * nothing that this API knows, or says it in part: 403.
 */
export class Refused {
  constructor(readonly reason: Reason) {}
}

/** API Gateway takes API keys of 20 to 128 characters (API reference, CreateApiKey). */
const USAGE_KEY = /^[\x21-\x7e]{20,128}$/;

export const isUsageKey = (value: unknown): value is string => typeof value === "string" && USAGE_KEY.test(value);
