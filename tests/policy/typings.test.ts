import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { RULES } from "../../policy/rules";
import type { Example } from "../../policy/rules/rule";
import { ROOT } from "../support/recorded-program";

type Typed = { readonly type: string; readonly props: Example["props"] };

/** Every resource of every example: the rule's own, and what is beside it. */
const EXAMPLES: readonly (Typed & { readonly of: string })[] = RULES.flatMap((rule) =>
  [...rule.passes, ...rule.fails].flatMap(({ type = rule.types![0]!, props, among = [] }) =>
    [{ type, props }, ...among].map((each) => ({ ...each, of: rule.name })),
  ),
);

const TYPES = [...new Set([...RULES.flatMap(({ types = [] }) => types), ...EXAMPLES.map(({ type }) => type)])];

/** `aws:sqs/queue:Queue` → the provider's module and class. */
const placeOf = (type: string): readonly [module: string, name: string] => {
  const [, module = "", name = ""] = type.split(":");
  return [`@pulumi/aws/${module}`, name];
};

/** A program that gives each example's properties to the provider's own type of the resource after its creation. */
function program(): string {
  const names = new Map(TYPES.map((type, index) => [type, `State${index}`]));
  return [
    'import type { Unwrap } from "@pulumi/pulumi";',
    ...TYPES.map(
      (type) => `import type { ${placeOf(type)[1]}State as ${names.get(type)} } from "${placeOf(type)[0]}";`,
    ),
    "type Loose<T> = T extends readonly (infer U)[] ? readonly Loose<U>[]",
    "  : T extends object ? { readonly [K in keyof T]?: Loose<T[K]> } : T;",
    ...EXAMPLES.map(({ type, props: { id: _, ...props }, of }, index) => {
      return `/* ${of} */ export const example${index}: Loose<Unwrap<${names.get(type)}>> = ${JSON.stringify(props)};`;
    }),
  ].join("\n");
}

describe("The AWS provider's typings", () => {
  it("know every type that a rule names", () => {
    const unknown = TYPES.filter((type) => !existsSync(join(ROOT, "node_modules", `${placeOf(type)[0]}.d.ts`)));
    assert.deepEqual(unknown, []);
  });

  it("know every property of every example, with its type", function () {
    this.timeout(180_000);
    const file = join(ROOT, "tests/policy/examples.virtual.ts");
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config,
      ts.sys,
      ROOT,
    );
    const host = ts.createCompilerHost(options);
    const { getSourceFile } = host;
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, program(), ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
    const compiled = ts.createProgram([file], { ...options, noUnusedLocals: false }, host);
    const mistakes = compiled.getSemanticDiagnostics(compiled.getSourceFile(file));
    const told = mistakes.map(({ messageText, start, file: source }) => {
      const line = source!.text.slice(source!.text.lastIndexOf("\n", start) + 1).split("\n")[0];
      return `${ts.flattenDiagnosticMessageText(messageText, " ")} in ${line}`;
    });
    assert.deepEqual(told, []);
  });
});
