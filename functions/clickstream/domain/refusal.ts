/** Why a request as a whole is not taken, and the status that says so. A closed set: metrics are counted by it. */
export const STATUS_OF = {
  malformed: 400,
  no_messages: 400,
  all_refused: 400,
  no_key: 401,
  unknown_key: 403,
  not_permitted: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  unsupported_encoding: 415,
  too_many_visitors: 422,
  not_stored: 503,
  unavailable: 503,
} as const;
export type ErrorCode = keyof typeof STATUS_OF;

/** An answer with a reason, not an error: it is returned, never thrown. `detail` says what to give instead. */
export class Refusal {
  constructor(
    readonly error: ErrorCode,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}
