/** Why a request of the campaign API is not taken, and the status that says so. A closed set: metrics are counted by it. */
export const STATUS_OF = {
  malformed: 400,
  not_permitted: 403,
  not_found: 404,
  method_not_allowed: 405,
  exists: 409,
  archived: 409,
  changed_meanwhile: 412,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_campaign: 422,
  key_reused: 422,
  precondition_required: 428,
  unavailable: 503,
} as const;
export type ProblemCode = keyof typeof STATUS_OF;

/** One thing that is wrong with a document: where (RFC 6901) and what to give instead. */
export interface Mistake {
  readonly pointer: string;
  readonly detail: string;
}

/** An answer with a reason, not an error: it is returned, never thrown. */
export class Problem {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly more: { readonly errors?: readonly Mistake[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {}
}

/** A JSON pointer to a place, "" for the whole document (RFC 6901, section 3). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
