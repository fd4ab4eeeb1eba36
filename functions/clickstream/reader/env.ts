/** Environment of the reader: names of tables, and of the parameters that may change without a deployment. */
export type ReaderEnv = {
  EVENTS_TABLE: string;
  SESSIONS_TABLE: string;
  IDS_TABLE: string;
  LINKS_TABLE: string;
  QUARANTINE_TABLE: string;
  /** JSON: clients with the SHA-256 of their keys and what they may (domain/access-keys.ts). */
  ACCESS_KEYS_PARAMETER: string;
  /** JSON, see `parsePolicy`: over how many keys a type is spread, and how long a message id is remembered. */
  POLICY_PARAMETER: string;
};
