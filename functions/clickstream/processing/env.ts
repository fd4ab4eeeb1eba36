/** Environment of the processing function: names of tables, and of the parameters that may change without a deployment. */
export type ProcessingEnv = {
  EVENTS_TABLE: string;
  SESSIONS_TABLE: string;
  IDS_TABLE: string;
  LINKS_TABLE: string;
  QUARANTINE_TABLE: string;
  /** JSON, see `parsePolicy`. */
  POLICY_PARAMETER: string;
};
