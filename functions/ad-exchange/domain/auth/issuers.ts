import { type Fields, isRecord } from "../../../shared/fields";
import { isName, isPermission, PERMISSIONS, type Permission } from "../caller";
import { isUsageKey } from "./refusal";

/** What of a caller an issuer says, or has said for all of its tokens. */
export const TOLD = ["publisher", "advertiser", "seat", "usageKey"] as const;
export type Told = (typeof TOLD)[number];

/** Who issues JWTs that are trusted, how far, and where in them stands what. */
export interface Issuer {
  /** What principals of it begin with: two issuers may call different people the same. */
  readonly name: string;
  /** Exactly the token's `iss`. */
  readonly issuer: string;
  /** One of them is in the token's `aud`. */
  readonly audience: readonly string[];
  /** HTTPS. */
  readonly jwksUri: string;
  /** Ids of keys that count no longer, whatever the issuer still publishes. */
  readonly revokedKeys: readonly string[];
  /** `jti` of tokens that count no longer. */
  readonly revokedTokens: readonly string[];
  /** Seconds since `iat` that a token counts, however late it expires. */
  readonly maximumAgeSeconds: number;
  /** What its tokens may open at most. */
  readonly may: readonly Permission[];
  /** Names of claims; what has none is not taken from the token. */
  readonly claims: Readonly<{ permissions: string } & Partial<Record<Told, string>>>;
  /** What holds for all of its tokens: an issuer that is one tenant's own cannot speak for another. */
  readonly fixed: Readonly<Partial<Record<Told, string>>>;
}

/** Prefix of principals that hold an opaque token; no issuer may have this name. */
export const OPAQUE_NAME = "token";

const DAY = 86_400;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const MOST_NAMED = 200;

/**
 * Reads the parameter: a list of issuers, `[{"name": "acme", "issuer": "https://…", "audience": "…", "jwksUri": "https://…",
 * "claims": {"publisher": "<claim>"}}]`. `permissions` are read from `scope`, and an age of a day is allowed, where nothing else is said.
 * @throws Error that names every mistake
 */
export function parseIssuers(json: string): readonly Issuer[] {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) throw new Error("issuers: give a JSON list of issuers; [] trusts none.");
  const problems: string[] = [];
  const issuers = value.map((given, index) => {
    const fields = isRecord(given) ? given : {};
    const who = typeof fields.name === "string" ? fields.name.slice(0, 80) : `number ${index + 1}`;
    return issuerOf(fields, (problem) => problems.push(`${who}: ${problem}`));
  });
  for (const field of ["name", "issuer"] as const)
    if (new Set(issuers.map((each) => each[field])).size < issuers.length) problems.push(`two have the same ${field}`);
  if (problems.length > 0) throw new Error(`issuers: ${problems.join("; ")}.`);
  return issuers;
}

type Complain = (problem: string) => void;

function issuerOf(fields: Fields, complain: Complain): Issuer {
  const {
    name,
    issuer,
    audience,
    jwksUri,
    revokedKeys,
    revokedTokens,
    maximumAgeSeconds,
    may,
    claims,
    fixed,
    ...rest
  } = fields;
  for (const field of Object.keys(rest)) complain(`${field.slice(0, 80)} is no setting`);
  const said = mapping(claims, "claims", isText, complain, ["permissions", ...TOLD]);
  const set = mapping(fixed, "fixed", (each) => isName(each), complain, TOLD);
  for (const field of TOLD) if (said[field] && set[field]) complain(`${field} is both a claim and fixed`);
  if (set.usageKey && !isUsageKey(set.usageKey)) complain("fixed.usageKey has not 20 to 128 characters");
  return {
    name: checked(name, isIssuerName, 'name is no name; give letters, digits, "." and "-"', complain) ?? "",
    issuer: checked(issuer, isText, "issuer is missing", complain) ?? "",
    audience: texts(typeof audience === "string" ? [audience] : audience, "audience", complain, 1),
    jwksUri: checked(jwksUri, isHttps, "jwksUri is no https URL", complain) ?? "",
    revokedKeys: texts(revokedKeys ?? [], "revokedKeys", complain),
    revokedTokens: texts(revokedTokens ?? [], "revokedTokens", complain),
    maximumAgeSeconds:
      checked(maximumAgeSeconds ?? DAY, isSeconds, "maximumAgeSeconds is not 1 or more", complain) ?? 0,
    may: checked(may ?? PERMISSIONS, isPermissions, `may is no list of ${PERMISSIONS.join(", ")}`, complain) ?? [],
    claims: { permissions: "scope", ...said },
    fixed: set,
  };
}

function checked<T>(value: unknown, is: (value: unknown) => value is T, problem: string, complain: Complain) {
  if (is(value)) return value;
  complain(problem);
  return undefined;
}

function texts(value: unknown, what: string, complain: Complain, least = 0): readonly string[] {
  if (Array.isArray(value) && value.every(isText) && value.length >= least) return value;
  complain(`${what} is no list of texts`);
  return [];
}

function mapping<Key extends string>(
  value: unknown,
  what: string,
  is: (value: unknown) => boolean,
  complain: Complain,
  keys: readonly Key[],
): Partial<Record<Key, string>> {
  if (value === undefined) return {};
  const all = isRecord(value) ? Object.entries(value) : [];
  if (!isRecord(value)) complain(`${what} is no object`);
  for (const [key, each] of all)
    if (!keys.some((known) => known === key) || !is(each)) complain(`${what}.${key.slice(0, 80)} cannot be that`);
  return Object.fromEntries(all) as Partial<Record<Key, string>>;
}

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= MOST_NAMED;
const isIssuerName = (value: unknown): value is string =>
  typeof value === "string" && NAME.test(value) && value !== OPAQUE_NAME;
const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isPermissions = (value: unknown): value is readonly Permission[] =>
  Array.isArray(value) && value.length > 0 && value.every(isPermission);
function isHttps(value: unknown): value is string {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === "https:" && username === "" && password === "";
}
