/**
 * Stands in for `@smithy/core/event-streams` in the bundles (an esbuild alias): the SDK imports it at the moment an
 * operation streams events, and no operation that a function here calls does. 14 KB that would only be carried along.
 */
function refuse(): never {
  throw new Error(
    "Event streams are not bundled: drop the alias of @smithy/core/event-streams in components/shared/bundle.ts.",
  );
}

export class EventStreamSerde {
  constructor() {
    refuse();
  }
}

export const eventStreamSerdeProvider = refuse;

/** A client that has streaming operations asks for this when it is made, and uses the result only when one is called. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;
