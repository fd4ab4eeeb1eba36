import { isRecord } from "../../shared/fields";
import type { Micros } from "../domain/money";
import type { PrivacyPolicy } from "../domain/privacy/policy";
import { prepareRates, type Rates } from "../domain/rates";

/**
 * What changes while the exchange runs: JSON in the parameter that `SETTINGS_PARAMETER` names. A new value holds within a
 * minute or so. Nothing of it is secret.
 */
export interface ExchangeSettings {
  /** Domain of the exchange's sellers.json: its node in supply chains, [3.2.25]. */
  readonly asi: string;
  /** Account of the seller there where a request's publisher has no id; at most 64 characters. */
  readonly sid?: string;
  /** Dated tables of exchange rates; the newest that is not in the future counts. None: USD alone. */
  readonly rates: readonly Rates[];
  /** Days after which a table of rates is too old to be used. */
  readonly ratesMaximumAgeDays: number;
  /** CPM that the winner pays above the second price, in the exchange's currency. */
  readonly incrementMicros: Micros;
  readonly deadlines: Deadlines;
  readonly privacy: PrivacyPolicy;
  /** Seconds by which notices may come after a bid has expired, [7.2]; its money is held as long. */
  readonly graceSeconds: number;
  /** Whether a campaign with a frequency cap may be shown to somebody that nothing identifies. */
  readonly uncountedImpressions: "refuse" | "allow";
  /** Whether seats of the exchange's own bid by rule on requests with `test` 1. */
  readonly testSeat: boolean;
  /** Whether requests with `test` 1 are answered with the trace of every decision. */
  readonly debug: boolean;
}

export interface Deadlines {
  /** What a request without `tmax` is given. */
  readonly defaultMilliseconds: number;
  /** The most that is used of a request's `tmax`. */
  readonly mostMilliseconds: number;
  /** Taken off for the way to the caller and back. */
  readonly networkMilliseconds: number;
  /** Kept for auction and answer once everybody has been asked. */
  readonly answerMilliseconds: number;
  /** The most that each port is waited for. */
  readonly ports: Readonly<Record<Port, number>>;
}

export const PORTS = ["segments", "fraud", "caps", "demand", "budgets"] as const;
export type Port = (typeof PORTS)[number];

const MOST_MILLISECONDS = 10_000;

/** @throws Error that names what is wrong */
export function parseSettings(text: string): ExchangeSettings {
  const given: unknown = JSON.parse(text);
  if (!isRecord(given)) throw new Error("The settings are no JSON object.");
  return {
    asi: textIn(given, "asi", /^[a-z0-9.-]{1,253}$/, "a domain"),
    ...(given.sid === undefined ? {} : { sid: textIn(given, "sid", /^.{1,64}$/, "1 to 64 characters") }),
    rates: ratesIn(given),
    ratesMaximumAgeDays: numberIn(given, "ratesMaximumAgeDays", 1, 366),
    incrementMicros: numberIn(given, "incrementMicros", 0, 1_000_000_000),
    deadlines: deadlinesFrom(recordIn(given, "deadlines")),
    privacy: privacyFrom(recordIn(given, "privacy")),
    graceSeconds: numberIn(given, "graceSeconds", 1, 86_400),
    uncountedImpressions: choiceIn(given, "uncountedImpressions", ["refuse", "allow"]),
    testSeat: choiceIn(given, "testSeat", [true, false]),
    debug: choiceIn(given, "debug", [true, false]),
  };
}

function deadlinesFrom(given: Record<string, unknown>): Deadlines {
  const ports = recordIn(given, "ports");
  const milliseconds = (key: string, least: number) => numberIn(given, key, least, MOST_MILLISECONDS);
  return {
    defaultMilliseconds: milliseconds("defaultMilliseconds", 1),
    mostMilliseconds: milliseconds("mostMilliseconds", 1),
    networkMilliseconds: milliseconds("networkMilliseconds", 0),
    answerMilliseconds: milliseconds("answerMilliseconds", 0),
    ports: Object.fromEntries(
      PORTS.map((port) => [port, numberIn(ports, port, 1, MOST_MILLISECONDS)]),
    ) as Deadlines["ports"],
  };
}

function privacyFrom(given: Record<string, unknown>): PrivacyPolicy {
  const numbers = (key: "legitimateInterests" | "flexiblePurposes") =>
    given[key] === undefined ? {} : { [key]: listIn(given, key).map((purpose) => numberFrom(key, purpose, 1, 24)) };
  return {
    ...(given.gvlId === undefined ? {} : { gvlId: numberIn(given, "gvlId", 1, 65_535) }),
    ...numbers("legitimateInterests"),
    ...numbers("flexiblePurposes"),
    ...(given.unsaidGdpr === undefined ? {} : { unsaidGdpr: choiceIn(given, "unsaidGdpr", ["inside", "outside"]) }),
  };
}

/** Tables that could not be prepared would be the end of every request; they are tried at once, and their mistakes named. */
function ratesIn(given: Record<string, unknown>): readonly Rates[] {
  const tables = listIn(given, "rates").map(ratesFrom);
  prepareRates(tables, 0);
  return tables;
}

function ratesFrom(table: unknown): Rates {
  if (!isRecord(table)) throw wrong("rates", table, "tables {asOf, base, per}");
  const [asOf, base] = [textIn(table, "asOf", /./, "a date"), textIn(table, "base", /./, "USD")];
  return { asOf, base, per: recordIn(table, "per") as Rates["per"] };
}

function recordIn(given: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = given[key];
  if (!isRecord(value)) throw wrong(key, value, "an object");
  return value;
}

function listIn(given: Record<string, unknown>, key: string): readonly unknown[] {
  const value = given[key];
  if (!Array.isArray(value)) throw wrong(key, value, "a list");
  return value;
}

function textIn(given: Record<string, unknown>, key: string, form: RegExp, what: string): string {
  const value = given[key];
  if (typeof value !== "string" || !form.test(value)) throw wrong(key, value, what);
  return value;
}

const numberIn = (given: Record<string, unknown>, key: string, least: number, most: number): number =>
  numberFrom(key, given[key], least, most);

function numberFrom(key: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(key, value, `a whole number from ${least} to ${most}`);
}

function choiceIn<Choice>(given: Record<string, unknown>, key: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === given[key]);
  if (found === undefined) throw wrong(key, given[key], choices.join(" or "));
  return found;
}

const wrong = (key: string, value: unknown, instead: string) =>
  new Error(`${key} is ${JSON.stringify(value)}; give ${instead}.`);
