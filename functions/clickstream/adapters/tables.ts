/** Names of the tables. */
export interface EventTables {
  /** By visitor and `timestamp#messageId`. */
  readonly events: string;
  /** By visitor and `timestamp#messageId` of the first event; what is known of the visitor stands at `VERSION`. */
  readonly sessions: string;
  /** By message id, with time to live. */
  readonly ids: string;
  /** By anonymous id. */
  readonly links: string;
}

/** Index of events by `typeShard` and `at`: with all attributes. */
export const BY_TYPE = "byType";
/** Index of links by `userId` and `anonymousId`. */
export const BY_USER = "byUser";
/** Index of quarantined records by `visitor` and `eventId`, of those that name one: keys are enough. */
export const BY_VISITOR = "byVisitor";

/** Sort key of a visitor's version and erasure: before every session, for times begin with a digit. */
export const VERSION = "#version";
