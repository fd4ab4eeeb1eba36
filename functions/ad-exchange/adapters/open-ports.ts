import type { Budgets, Caps, Demand, Fraud, Notices, Ports, Segments } from "../domain/ports";

/** Answers of ports that nothing stands behind yet; at once, so that they cost a decision nothing. */
const NO_SEGMENTS: readonly string[] = [];
const PASS = { verdict: "pass" } as const;
const NO_SEATS: readonly never[] = [];

/** The request's own segments are all there are. */
const ownSegments: Segments = { of: () => NO_SEGMENTS };
const everybodyPasses: Fraud = { check: () => PASS };
/** A cap counts impressions; until somebody counts them nobody has seen anything. */
const nothingSeen: Caps = { left: (_user, campaigns) => campaigns.map(() => Number.MAX_SAFE_INTEGER) };
const noSeats: Demand = { ask: () => NO_SEATS };
/** Nothing is taken from a budget before somebody keeps its books. */
const everythingHeld: Budgets = { hold: (holds) => holds.map(() => true), release: () => {} };

/** Nobody delivers them yet; seats of the exchange's own ask for none that matter. */
const noNotices: Notices = { take: () => {} };

/** @param demand seats outside the exchange, where there are any */
export const openPorts = (demand: Demand = noSeats): Ports => ({
  segments: ownSegments,
  fraud: everybodyPasses,
  caps: nothingSeen,
  demand,
  budgets: everythingHeld,
  notices: noNotices,
});
