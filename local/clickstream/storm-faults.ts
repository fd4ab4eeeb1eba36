import type { Fault } from "../event-sources/faults";
import { poison } from "../event-sources/streams/delivery";
import { KILLER } from "./poison";

/** Something that is done to a run, by what the report calls it. */
export interface NamedFault {
  readonly name: string;
  readonly fault: Fault;
}

const PROCESSING = "processing-clickstream";
const COLLECTOR = "collector-clickstream";

/** Milliseconds within which a process is killed: most batches take longer, most requests do not. */
const AMID_A_BATCH = 400;
const AMID_A_REQUEST = 60;

/**
 * All that may befall the functions, each of it as often as there are hundreds of events, and the record that kills the function whenever
 * it comes.
 */
export function stormFaults(events: number): NamedFault[] {
  const often = { probability: 0.15, times: Math.ceil(events / 100) };
  const processing = { stage: PROCESSING, ...often };
  const collector = { stage: COLLECTOR, ...often };
  const named = (name: string, fault: Fault): NamedFault => ({ name, fault });
  return [
    named(
      "poison: process dies",
      poison((data) => data === KILLER.toString(), PROCESSING),
    ),
    named("processing: crash", { kind: "crash", when: "before", ...processing }),
    named("processing: answer lost", { kind: "crash", when: "after", ...processing }),
    named("processing: killed amid", { kind: "kill", upToMilliseconds: AMID_A_BATCH, ...processing }),
    named("processing: timeout", { kind: "timeout", when: "before", ...processing }),
    named("processing: throttled", { kind: "throttle", ...processing }),
    named("processing: not invoked", { kind: "service-error", ...processing }),
    named("batch: comes twice", { kind: "duplicate", ...processing }),
    named("batch: comes late", { kind: "delay", upToMilliseconds: 500, ...processing }),
    named("batch: old one again", { kind: "reorder", ...processing }),
    named("collector: crash", { kind: "crash", when: "before", ...collector }),
    named("collector: answer lost", { kind: "crash", when: "after", ...collector }),
    named("collector: killed amid", { kind: "kill", upToMilliseconds: AMID_A_REQUEST, ...collector }),
    named("collector: throttled", { kind: "throttle", ...collector }),
  ];
}
