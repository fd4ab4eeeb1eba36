import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AD_EXCHANGE_OUTPUTS } from "../../components/ad-exchange/outputs";
import { CLICKSTREAM_OUTPUTS } from "../../components/clickstream/outputs";
import { MARKET_DATA_OUTPUTS } from "../../components/market-data/outputs";
import { type DescribedOutput, ESTATE_OUTPUTS, NETWORK_OUTPUTS } from "../../components/outputs";

type Described = Pick<DescribedOutput<never>, "group" | "name" | "describes" | "secret">;

/** A README that lists outputs; `npm run picture` writes the part between the marks. */
export interface OutputsReadme {
  readonly system: string;
  readonly file: string;
  readonly outputs: readonly Described[];
}

const readmeOf = (system: string, outputs: readonly Described[]): OutputsReadme => ({
  ...{ system, outputs },
  file: join(__dirname, `../../components/${system}/README.md`),
});

export const READMES: readonly OutputsReadme[] = [
  readmeOf("market-data", [...ESTATE_OUTPUTS, ...MARKET_DATA_OUTPUTS]),
  readmeOf("clickstream", [...NETWORK_OUTPUTS, ...CLICKSTREAM_OUTPUTS]),
  readmeOf("ad-exchange", AD_EXCHANGE_OUTPUTS),
];

const MARKS = { begin: "<!-- outputs: written by npm run picture -->", end: "<!-- end of outputs -->" } as const;

/** The README with the outputs that the program has. */
export function withOutputs({ file, outputs }: OutputsReadme, readme: string): string {
  const [before, rest] = readme.split(MARKS.begin);
  const after = rest?.split(MARKS.end)[1];
  if (before === undefined || after === undefined) throw new Error(`${file}: the marks are missing.`);
  return `${before}${MARKS.begin}\n${table(outputs)}\n${MARKS.end}${after}`;
}

export const readReadme = ({ file }: OutputsReadme): string => readFileSync(file, "utf8");

function table(outputs: readonly Described[]): string {
  const rows = outputs.map(
    ({ group, name, describes, secret }) => `| ${group} | \`${name}\` | ${describes}${secret ? " (secret)" : ""} |`,
  );
  return ["| group | output | what |", "|---|---|---|", ...rows].join("\n");
}
