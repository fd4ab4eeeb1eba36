import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ONLY,
  type RecordedProgram,
  type RecordedResource,
  recordProgram,
  type StackName,
} from "../../tests/support/recorded-program";
import { arrowsOf, type Nodes } from "./arrows";
import { networkLines } from "./network-picture";
import { READMES, readReadme, withOutputs } from "./outputs";

/** A picture of a program. */
export interface Drawn {
  /** Of the picture's file. */
  readonly name: string;
  readonly title: string;
  /** What the picture leaves out, or how it is to be read. */
  readonly says: string;
  readonly stack: StackName;
  /** Settings with which a system stands alone. */
  readonly alone: Readonly<Record<string, string>>;
  /** Lines of a Mermaid flowchart. */
  lines(program: RecordedProgram): string[];
}

const DOTTED = "Dotted: the way of what fails. Every function also reads its own parameters of Parameter Store.";
const ofSystem = (
  name: "market-data" | "clickstream" | "ad-exchange",
  title: string,
  alone: Drawn["alone"],
  stack: StackName = "dev",
): Drawn => ({
  ...{ name, title, alone, stack, says: DOTTED, lines: (program) => systemLines(name, program) },
});

/** `npm run picture` writes them, a test compares them. */
export const DRAWN: readonly Drawn[] = [
  ofSystem("market-data", "Market data", ONLY.marketData),
  ofSystem("clickstream", "Clickstream", ONLY.clickstream),
  ofSystem("ad-exchange", "The ad exchange", ONLY.adExchange, "prod"),
  {
    ...{ name: "network", title: "The private network", alone: ONLY.clickstream, stack: "prod", lines: networkLines },
    says: "What stands beside the zones stands in the private subnets of each. Arrows are routes, and what security groups let through.",
  },
];

export const fileOf = ({ name }: Drawn): string => join(__dirname, `${name}.md`);
export const recorded = ({ stack, alone }: Drawn): Promise<RecordedProgram> => recordProgram(stack, alone);

/** What a node looks like, by type token. */
const SHAPES: Readonly<Record<string, (label: string) => string>> = {
  "aws:apigateway/restApi:RestApi": (label) => `{{"${label}"}}`,
  "aws:cloudwatch/eventBus:EventBus": (label) => `{{"${label}"}}`,
  "aws:cloudwatch/eventArchive:EventArchive": (label) => `[("${label}")]`,
  "aws:dax/cluster:Cluster": (label) => `[("${label}")]`,
  "aws:dynamodb/table:Table": (label) => `[("${label}")]`,
  "aws:kinesis/stream:Stream": (label) => `{{"${label}"}}`,
  "aws:lambda/function:Function": (label) => `["${label}"]`,
  "aws:lb/loadBalancer:LoadBalancer": (label) => `{{"${label}"}}`,
  "aws:s3/bucket:Bucket": (label) => `[("${label}")]`,
  "aws:secretsmanager/secret:Secret": (label) => `[("${label}")]`,
  "aws:sqs/queue:Queue": (label) => `[/"${label}"/]`,
  "aws:sns/topic:Topic": (label) => `(["${label}"])`,
};

/** The types that a picture shows. */
export const SHOWN: readonly string[] = Object.keys(SHAPES);

/** As Markdown, every node and arrow read off the program. */
export const picture = ({ title, says, lines }: Drawn, program: RecordedProgram): string =>
  [
    `# ${title}, as the program deploys it`,
    "",
    "Drawn from the recorded program by `npm run picture`; a test compares it with the program.",
    says,
    "",
    "```mermaid",
    "flowchart LR",
    ...lines(program),
    "```",
    "",
  ].join("\n");

function systemLines(system: string, program: RecordedProgram): string[] {
  const shown = program.resources.filter(({ type }) => type in SHAPES);
  const idOf = ({ name }: RecordedResource) => name.replace(`${system}-`, "").replaceAll("-", "_");
  const labelOf = ({ inputs }: RecordedResource) =>
    String(inputs.name ?? inputs.bucket ?? inputs.clusterName).replace(new RegExp(`-${system}-.*$`), "");
  const nodes: Nodes = { byArn: new Map(shown.map((node) => [String(node.state.arn), node])), idOf };
  return [
    ...shown.map((node) => `  ${idOf(node)}${SHAPES[node.type]?.(labelOf(node))}`).sort(),
    ...arrowsOf(program, nodes).sort(),
  ];
}

if (require.main === module) {
  for (const drawn of DRAWN)
    void recorded(drawn).then((program) => writeFileSync(fileOf(drawn), picture(drawn, program)));
  for (const readme of READMES) writeFileSync(readme.file, withOutputs(readme, readReadme(readme)));
}
