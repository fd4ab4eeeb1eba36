import type { Fields } from "../../shared/fields";

/** What a verified token says of who calls. The authorizer makes it; the gateway hands it to functions as text. */
export interface Caller {
  /** Stable name of the token's holder, for logs and usage; never the token. */
  readonly principal: string;
  /** At least one, none twice. */
  readonly may: readonly Permission[];
  /** `publisher.id` of the requests it may send. */
  readonly publisher?: string;
  /** Owner of the campaigns it may see and change. */
  readonly advertiser?: string;
  /** Seat its campaigns bid under. */
  readonly seat?: string;
}

export const PERMISSIONS = ["auction", "campaigns:read", "campaigns:write"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * Whom a permission is worth nothing without: a caller that lacks one would be nobody's, or be taken for everybody's. A seat
 * is never made up of another name: it might be somebody's, with whose campaigns these would then not compete.
 */
const TENANT = {
  auction: ["publisher"],
  "campaigns:read": ["advertiser"],
  "campaigns:write": ["advertiser", "seat"],
} as const;

const NAMES = ["publisher", "advertiser", "seat"] as const;

/** Visible ASCII, as `sub` of OpenID Connect (Core 1.0, section 2): a name cannot break a log line or a list. */
const NAME = /^[\x21-\x7e]{1,255}$/;

export const isName = (value: unknown): value is string => typeof value === "string" && NAME.test(value);
export const isPermission = (value: unknown): value is Permission => PERMISSIONS.some((each) => each === value);

/** The caller that fields of one say; undefined unless they say it whole. Other fields are nobody's business here. */
export function callerOf(fields: Fields): Caller | undefined {
  const { principal, may } = fields;
  if (!isName(principal) || !isPermissions(may)) return undefined;
  const names: Partial<Record<(typeof NAMES)[number], string>> = {};
  for (const name of NAMES) {
    const value = fields[name];
    if (value === undefined) continue;
    if (!isName(value)) return undefined;
    names[name] = value;
  }
  return may.every((permission) => TENANT[permission].every((name) => names[name]))
    ? { principal, may, ...names }
    : undefined;
}

const isPermissions = (value: unknown): value is readonly Permission[] =>
  Array.isArray(value) && value.length > 0 && value.every(isPermission) && new Set(value).size === value.length;

/**
 * A caller as the context of API Gateway's authorizer, which holds no lists (Developer Guide, "Output from an API Gateway
 * Lambda authorizer"): permissions stand side by side, as in an OAuth scope.
 */
export function contextOf({ may, ...names }: Caller): Record<string, string> {
  return { ...names, may: may.join(" ") };
}

/**
 * The reverse, from `event.requestContext.authorizer`, to which the gateway adds fields of its own. Undefined where it is
 * no caller's: a method without the authorizer, or one that another authorizer answered for.
 */
export function callerFrom(context: Record<string, unknown> | null | undefined): Caller | undefined {
  if (typeof context !== "object" || context === null || typeof context.may !== "string") return undefined;
  return callerOf({ ...context, may: context.may.split(" ") });
}
