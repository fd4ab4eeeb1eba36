import assert from "node:assert/strict";
import { listOf, statementsOf } from "./iam";
import type { RecordedProgram } from "./recorded-program";

/** The part of an ARN that names the resource. */
const shortened = (arn: string) =>
  arn === "*"
    ? arn
    : arn
        .split(":")
        .slice(5)
        .join(":")
        .replace(/^(table\/|parameter|event-bus\/|key\/|log-group:|stream\/)/, "");

/** What a role may do by its policies, a line each: `action on resource when conditions`. */
export function grantsOf(program: RecordedProgram, role: string): string[] {
  const policies = program.ofType("aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) => inputs.role === role);
  return policies
    .flatMap(({ inputs }) => statementsOf(inputs.policy))
    .flatMap(({ Effect, Action, Resource, Condition }) => {
      assert.equal(Effect, "Allow");
      const conditions = Object.entries(Condition ?? {}).map(
        ([operator, tests]) =>
          ` when ${operator} ${Object.entries(tests)
            .map((test) => test.join("="))
            .sort()
            .join(" ")}`,
      );
      return listOf(Resource).flatMap((resource) =>
        listOf(Action).map((action) => `${action} on ${shortened(resource)}${conditions.join("")}`),
      );
    })
    .sort();
}
