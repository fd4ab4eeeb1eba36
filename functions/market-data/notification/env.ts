/** Environment of the notification function: names of SSM parameters, never values, so that a change needs no redeploy. */
export type NotificationEnv = {
  SERIES_TABLE_PARAMETER: string;
  ALERTS_TABLE_PARAMETER: string;
  AUDIT_TABLE_PARAMETER: string;
  ALERTS_TOPIC_PARAMETER: string;
  ALERT_RULES_PARAMETER: string;
  TUNABLES_PARAMETER: string;
};
