/** What the builder of snapshots is told at start. */
export type SnapshotEnv = {
  readonly CAMPAIGNS_TABLE: string;
  /** Holds the pointer to the newest snapshot. */
  readonly CHANGES_TABLE: string;
  readonly SNAPSHOTS_BUCKET: string;
  /** Parameter with the settings of bid handlers, for its rates: a snapshot holds prices in the exchange's currency. */
  readonly SETTINGS_PARAMETER: string;
};
