/** Environment of the processing function: names of SSM parameters, never values, so that a change needs no redeploy. */
export type ProcessingEnv = {
  EVENTS_TABLE_PARAMETER: string;
  SERIES_TABLE_PARAMETER: string;
  AUDIT_TABLE_PARAMETER: string;
  BUS_NAME_PARAMETER: string;
  ALERT_RULES_PARAMETER: string;
  TUNABLES_PARAMETER: string;
};
