import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MARKET_DATA_OUTPUTS } from "../../components/market-data/outputs";
import { type DescribedOutput, ESTATE_OUTPUTS } from "../../components/outputs";

/** Where the outputs of market data are listed; `npm run picture` writes the part between the marks. */
export const MARKET_DATA_README = join(__dirname, "../../components/market-data/README.md");

const MARKS = { begin: "<!-- outputs: written by npm run picture -->", end: "<!-- end of outputs -->" } as const;

/** The README with the outputs that the program has. */
export function withOutputs(readme: string): string {
  const [before, rest] = readme.split(MARKS.begin);
  const after = rest?.split(MARKS.end)[1];
  if (before === undefined || after === undefined) throw new Error(`${MARKET_DATA_README}: the marks are missing.`);
  return `${before}${MARKS.begin}\n${table([...ESTATE_OUTPUTS, ...MARKET_DATA_OUTPUTS])}\n${MARKS.end}${after}`;
}

export const readMarketDataReadme = (): string => readFileSync(MARKET_DATA_README, "utf8");

type Described = Pick<DescribedOutput<never>, "group" | "name" | "describes" | "secret">;

function table(outputs: readonly Described[]): string {
  const rows = outputs.map(
    ({ group, name, describes, secret }) => `| ${group} | \`${name}\` | ${describes}${secret ? " (secret)" : ""} |`,
  );
  return ["| group | output | what |", "|---|---|---|", ...rows].join("\n");
}
