/** What the indexer is told at start. */
export type IndexerEnv = {
  /** Where it writes what has changed of campaigns, for bid handlers to read. */
  readonly CHANGES_TABLE: string;
};
