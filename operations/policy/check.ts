import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PolicyPackConfig } from "@pulumi/policy";
import { violationsIn } from "../../policy/verdict";
import { ROOT, recordProgram, type StackName } from "../../tests/support/recorded-program";
import { operate } from "../operate";
import { checkedConfig } from "./config";
import { FORMATS } from "./report";
import { type Stack, stackIn, stackOf } from "./stacks";

/** Settings of the pack for this project's stacks; for others, none but what is given. */
export const CONFIG = join(ROOT, "policy/config.json");

const readConfig = (file: string): PolicyPackConfig => checkedConfig(JSON.parse(readFileSync(file, "utf8")), file);

async function stackFor(values: { readonly stack: string; readonly state?: string | undefined }): Promise<Stack> {
  if (values.state !== undefined) return stackIn(values.state);
  if (!existsSync(join(ROOT, `Pulumi.${values.stack}.yaml`)))
    throw new Error(`--stack ${values.stack}: there is no Pulumi.${values.stack}.yaml.`);
  return stackOf(await recordProgram(values.stack as StackName));
}

/** Tells which rules a stack breaks: of this program, or of any that `pulumi stack export` wrote. Exit code 1 when mandatory. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      state: { type: "string" },
      config: { type: "string" },
      format: { type: "string", default: "table" },
    },
  });
  const format = FORMATS[values.format as keyof typeof FORMATS];
  if (format === undefined) throw new Error(`--format ${values.format}: give ${Object.keys(FORMATS).join(", ")}.`);
  const stack = await stackFor(values);
  const file = values.config ?? (values.state === undefined ? CONFIG : undefined);
  const config = file === undefined ? {} : readConfig(file);
  const today = new Date().toISOString().slice(0, 10);
  const found = violationsIn(stack.resources, { stack: stack.name, today }, config);
  console.log(format(stack, found));
  if (found.some(({ level }) => level === "mandatory")) process.exitCode = 1;
}

if (require.main === module) operate(main);
