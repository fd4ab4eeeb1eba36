/** Why an event is not accepted; one of these stands in the audit row and as a dimension of the metric. */
export const REJECTION_REASONS = [
  "source_not_allowed",
  "not_an_object",
  "too_large",
  "missing_field",
  "wrong_type",
  "bad_format",
  "out_of_range",
  "unknown_type",
  "inconsistent_prices",
  "future_event_time",
  "sequence_conflict",
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Thrown within validation only; `detail` names the field and its value, shortened, in words. */
export class Rejected {
  constructor(
    readonly reason: RejectionReason,
    readonly detail: string,
  ) {}
}
