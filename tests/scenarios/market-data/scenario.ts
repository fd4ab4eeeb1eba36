import type { EstateOptions } from "../../functions/handlers/support/estate";

/** One event of a scenario, as a producer sends it. */
export interface ScenarioEvent {
  /** Laid over the scenario's `common` fields; or, when it is not an object, sent as it is. */
  readonly detail: unknown;
  /** The envelope's time: when the bus received it. Left out: the scenario's `receivedAt`. */
  readonly receivedAt?: string;
  readonly source?: string;
  /** Set by the bus on replayed events. */
  readonly replayName?: string;
  /** Deliveries of the same envelope; 1 when left out. */
  readonly deliveries?: number;
}

/** A failure that one call meets. */
export interface ScenarioFault {
  readonly at: "validated-bus" | "alert-bus" | "topic" | "tables";
  readonly error: string;
  /** Of tables: the SDK command that fails. */
  readonly command?: string;
  /** How many calls in a row; 1 when left out. */
  readonly times?: number;
}

/** Given a world and events, what is answered and written. Anything left out of `expect` is not looked at. */
export interface Scenario {
  readonly says: string;
  readonly world?: EstateOptions & { readonly faults?: readonly ScenarioFault[] };
  readonly common?: object;
  readonly receivedAt: string;
  readonly events: readonly ScenarioEvent[];
  /** "each": everything that an event brings about is done before the next (the default); "end": ingest all first. */
  readonly settle?: "each" | "end";
  /** How often Lambda tries an event: 3 when left out (two retries). */
  readonly attempts?: number;
  readonly expect: {
    /** What ingestion answered each delivery: a status, or the name of the failure after the last attempt. */
    readonly answers: readonly string[];
    /** Audit rows by stage and status. */
    readonly audit?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    /** Reasons of rejection, in the order of the events. */
    readonly reasons?: readonly string[];
    /** Rows of the events table by event id: the fields named, down to the depth given. */
    readonly events?: Readonly<Record<string, object>>;
    /** How many rows the events table has. */
    readonly stored?: number;
    /** Episodes in the order of rule and time: the fields named. */
    readonly episodes?: readonly object[];
    /** Notifications published, in order: the fields named. */
    readonly notifications?: readonly object[];
    /** Event ids that no attempt could settle: what waits in the failure queues. */
    readonly letters?: readonly string[];
  };
}
