import assert from "node:assert/strict";
import { covers, parseAlertRules } from "../../../functions/market-data/domain/alert-rule";

const RULE = { id: "high", type: "price", severity: "info", above: "110", clear: "105" };
const OTHERS = [
  { id: "a", type: "price", severity: "warning", below: "-1.5", symbols: ["AAPL"] },
  { id: "b", type: "move", severity: "critical", percent: "2", windowSeconds: 60 },
  { id: "c", type: "volatility", severity: "info", above: "0.01" },
  { id: "d", type: "volume", severity: "info", multiple: "5", clear: "1" },
  { id: "e", type: "cross", severity: "info", symbols: [] },
  { id: "f", type: "spread", severity: "info", bps: "50" },
  { id: "g", type: "gap", severity: "info", missing: 1 },
  { id: "h", type: "halt", severity: "info" },
];

const TYPES = "price, move, volatility, volume, cross, spread, gap, halt";
const DECIMAL = 'give a decimal as text, for example "0.5"';

/** [what is wrong, the rule, the whole message after `alert-rules: `] */
const REFUSED: readonly (readonly [because: string, rule: unknown, says: string])[] = [
  ["it is text", "high", 'rule 0 is "high"; give an object'],
  [
    "its id has capitals",
    { ...RULE, id: "High" },
    'rule 0 ("High"): id is "High"; give lower-case letters, digits and -',
  ],
  ["its id is missing", without("id"), "rule 0 (undefined): id is undefined; give lower-case letters, digits and -"],
  ["its type is unheard of", { ...RULE, type: "dip" }, `rule 0 ("high"): type is "dip"; give one of ${TYPES}`],
  [
    "its severity is unheard of",
    { ...RULE, severity: "loud" },
    'rule 0 ("high"): severity is "loud"; give one of info, warning, critical',
  ],
  [
    "its symbols are one symbol",
    { ...RULE, symbols: "AAPL" },
    'rule 0 ("high"): symbols is "AAPL"; give a list of symbols, or leave it out for all',
  ],
  [
    "its symbols are numbers",
    { ...RULE, symbols: [1] },
    'rule 0 ("high"): symbols is an object; give a list of symbols, or leave it out for all',
  ],
  ["its level is a number", { ...RULE, above: 110 }, `rule 0 ("high"): above is 110; ${DECIMAL}`],
  ["its clear level is a word", { ...RULE, clear: "low" }, `rule 0 ("high"): clear is "low"; ${DECIMAL}`],
  [
    "it goes both ways",
    { ...RULE, below: "90" },
    'rule 0 ("high"): below is "90"; give above or below, not both; make two rules',
  ],
  ["it is a price without a level", only({ type: "price" }), `rule 0 ("high"): below is undefined; ${DECIMAL}`],
  [
    "it is a volatility without a level",
    only({ type: "volatility" }),
    `rule 0 ("high"): above is undefined; ${DECIMAL}`,
  ],
  ["it is a volume without a multiple", only({ type: "volume" }), `rule 0 ("high"): multiple is undefined; ${DECIMAL}`],
  ["it is a spread without basis points", only({ type: "spread" }), `rule 0 ("high"): bps is undefined; ${DECIMAL}`],
  [
    "it is a gap of nothing",
    only({ type: "gap", missing: 0 }),
    'rule 0 ("high"): missing is 0; give a whole number from 1 to 86400',
  ],
  [
    "it is a move over more than a day",
    only({ type: "move", percent: "2", windowSeconds: 86_401 }),
    'rule 0 ("high"): windowSeconds is 86401; give a whole number from 1 to 86400',
  ],
];

function without(field: keyof typeof RULE): object {
  return Object.fromEntries(Object.entries(RULE).filter(([name]) => name !== field));
}

function only(fields: object): object {
  return { id: "high", severity: "info", ...fields };
}

const read = (value: unknown) => parseAlertRules(JSON.stringify(value));

describe("An alert rule", () => {
  for (const [because, rule, says] of REFUSED) {
    it(`is refused when ${because}, in a message that says which, what and what to give instead`, () => {
      assert.throws(() => read([rule]), { name: "Error", message: `alert-rules: ${says}.` });
    });
  }

  it("is read as it was written, whatever its type", () => {
    assert.deepEqual(read([RULE, ...OTHERS]), [RULE, ...OTHERS]);
    assert.deepEqual(read([]), []);
  });

  it("covers the symbols that it names, or all", () => {
    const [high, named] = read([RULE, OTHERS[0]]);
    assert.ok(covers(high!, "AAPL") && covers(high!, "MSFT"));
    assert.ok(covers(named!, "AAPL") && !covers(named!, "MSFT"));
    assert.ok(!covers({ ...named!, symbols: [] }, "AAPL"));
  });
});

describe("The alert rules", () => {
  it("are refused when two have the same id", () => {
    const says = 'alert-rules: id is "high"; give each rule an id of its own.';
    assert.throws(() => read([RULE, OTHERS[0], { ...RULE, above: "120" }]), { message: says });
  });

  it("are refused when they are no list, or no JSON", () => {
    assert.throws(() => read(RULE), { message: "alert-rules: value is an object; give a JSON array." });
    assert.throws(() => read(null), { message: "alert-rules: value is null; give a JSON array." });
    assert.throws(() => parseAlertRules("[{"), { message: /^alert-rules: not JSON: .+\.$/ });
  });

  it("are refused in one message that lists every mistake of every rule", () => {
    const mistaken = [{ ...RULE, above: "1e3" }, 5, { id: "g", type: "gap", severity: "none" }];
    assert.throws(() => read(mistaken), {
      message: [
        `alert-rules: rule 0 ("high"): above is "1e3"; ${DECIMAL}`,
        "rule 1 is 5; give an object",
        'rule 2 ("g"): severity is "none"; give one of info, warning, critical',
        'rule 2 ("g"): missing is undefined; give a whole number from 1 to 86400.',
      ].join("; "),
    });
  });
});
