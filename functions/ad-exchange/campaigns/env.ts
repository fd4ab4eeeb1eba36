/** What the campaign API is told at start. */
export type CampaignsEnv = {
  readonly CAMPAIGNS_TABLE: string;
  readonly AUDIT_TABLE: string;
  /** DAX cluster that campaigns are read through ("daxs://…"); "" reads DynamoDB. */
  readonly DAX_ENDPOINT: string;
  /** Seconds that an answer may be kept, at the edge and by callers: the edge's time to live; "0" where nothing is cached. */
  readonly CACHE_SECONDS: string;
};
