import type { Fields } from "../../shared/fields";

/** An event as it stands in the table. */
export interface StoredEvent extends Fields {
  readonly visitor: string;
  readonly at: string;
  readonly properties: string;
  readonly traits: string;
}

const USER = "user#";

/** An event as it is told: by whom it is in words, what the client said as JSON again, and nothing of how it is kept. */
export function toldEvent(event: StoredEvent): Fields {
  const { visitor, at: _at, typeShard: _shard, fingerprint: _print, era: _era, properties, traits, ...said } = event;
  return {
    ...(visitor.startsWith(USER) ? { userId: visitor.slice(USER.length) } : {}),
    ...said,
    ...{ properties: JSON.parse(properties), traits: JSON.parse(traits) },
  };
}
