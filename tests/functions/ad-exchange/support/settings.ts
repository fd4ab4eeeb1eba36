/** Settings as the parameter has them. */
export const SETTINGS = {
  asi: "exchange.example",
  rates: [{ asOf: "2026-11-20", base: "USD", per: { EUR: "1.08", GBP: "1.27", JPY: "0.0065" } }],
  ratesMaximumAgeDays: 7,
  incrementMicros: 10_000,
  deadlines: {
    defaultMilliseconds: 100,
    mostMilliseconds: 1_000,
    networkMilliseconds: 10,
    answerMilliseconds: 5,
    ports: { segments: 5, fraud: 5, caps: 10, demand: 80, budgets: 15 },
  },
  privacy: { gvlId: 42 },
  graceSeconds: 3_600,
  uncountedImpressions: "refuse",
  testSeat: false,
  debug: true,
} as const;
