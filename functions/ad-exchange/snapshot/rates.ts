import { isRecord } from "../../shared/fields";
import { FinalFailure } from "../../shared/outcome";
import { prepareRates, type Rates } from "../domain/rates";
import type { ToMicros } from "./snapshot";

/**
 * How amounts are converted, by the rates of the settings' text that count now.
 * @throws FinalFailure where the settings or their rates cannot be read
 */
export function toMicrosBy(settings: string, now: number): ToMicros {
  try {
    const { rates, ratesMaximumAgeDays } = JSON.parse(settings) as Record<string, unknown>;
    if (!Array.isArray(rates) || !rates.every(isRates)) throw new Error("rates is no list of dated tables");
    const age = typeof ratesMaximumAgeDays === "number" ? { maximumAgeDays: ratesMaximumAgeDays } : {};
    const exchangeable = prepareRates(rates, now, age);
    // A number holds an amount exactly: campaigns have at most six decimals, and a billion units.
    return (amount, currency) => exchangeable.toMicros(Number(amount), currency);
  } catch (error) {
    throw new FinalFailure(`The settings cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

const isRates = (table: unknown): table is Rates =>
  isRecord(table) &&
  typeof table.asOf === "string" &&
  typeof table.base === "string" &&
  isRecord(table.per) &&
  Object.values(table.per).every((rate) => typeof rate === "string");
