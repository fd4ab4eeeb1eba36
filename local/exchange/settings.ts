/** Settings to try the exchange with: what a decision is told as the parameter has it, rates of the day it is started. */
export const sampleSettings = (now: Date): string =>
  JSON.stringify({
    asi: "exchange.example",
    sid: "sample",
    rates: [{ asOf: now.toISOString().slice(0, 10), base: "USD", per: RATES }],
    ratesMaximumAgeDays: 365,
    incrementMicros: 10_000,
    deadlines: {
      defaultMilliseconds: 200,
      mostMilliseconds: 1_000,
      networkMilliseconds: 10,
      answerMilliseconds: 5,
      ports: { segments: 5, fraud: 5, caps: 10, demand: 80, budgets: 15 },
    },
    privacy: { gvlId: 42 },
    graceSeconds: 3_600,
    uncountedImpressions: "refuse",
    testSeat: true,
    debug: true,
  });

/** About what they were; nobody is paid by them. */
const RATES = { EUR: "1.08", GBP: "1.27", JPY: "0.0065", CHF: "1.13", BRL: "0.18", INR: "0.012" };
