/** What the bid handler is told at start. Nothing of it is secret. */
export type BidHandlerEnv = {
  /** Bucket of index snapshots. */
  readonly SNAPSHOTS_BUCKET: string;
  /** Table of changes since a snapshot, and of the pointer to the newest one. */
  readonly CHANGES_TABLE: string;
  /** DAX cluster that changes are read through ("daxs://…"); "" reads DynamoDB. */
  readonly DAX_ENDPOINT: string;
  /** ARN of the secret with the keys that sign notice URLs. */
  readonly SIGNING_KEYS_SECRET: string;
  /** Parameter with the settings that change while it runs: rates, timings, the exchange's place in supply chains. */
  readonly SETTINGS_PARAMETER: string;
  /** What notice URLs begin with, without a slash at the end. */
  readonly NOTICE_URL: string;
};
