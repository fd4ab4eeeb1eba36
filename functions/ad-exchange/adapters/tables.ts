/** Keys of the tables, by the names of their attributes. Components make the tables by them, adapters read and write by them. */

/** Campaigns as their advertisers write them. */
export const CAMPAIGNS = { partition: "advertiser", sort: "id" } as const;

/** Every change of a campaign: by "<advertiser>#<id>" and the version (a number) that it made. */
export const AUDIT = { partition: "campaign", sort: "version" } as const;

/**
 * What bid handlers read: changes by the minute in which they were written ("minute#<epoch minute>") and
 * "<ISO instant>#<advertiser>#<id>#<version>", and the pointer to the newest snapshot.
 */
export const CHANGES = { partition: "slot", sort: "at", ttl: "expires" } as const;

/** Where in the table of changes the pointer to the newest snapshot stands. */
export const SNAPSHOT_POINTER = { slot: "snapshot", at: "current" } as const;

/** Opaque tokens by their SHA-256. */
export const TOKENS = { partition: "token", ttl: "expires" } as const;
