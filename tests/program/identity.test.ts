import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RecordedProgram, recordProgram } from "../support/recorded-program";

const linesOf = (program: RecordedProgram) =>
  program.resources
    .map(({ type, name, parent }) => `${type} ${name} ${parent ?? "-"}`)
    .sort()
    .map((line) => `${line}\n`)
    .join("");

/**
 * One line a resource: type, name, parent. A changed line is a replacement or a deletion on AWS: give an alias, or say in
 * the commit why it is wanted. `UPDATE_IDENTITY=1` writes the files anew.
 */
describe("Identities of resources", () => {
  for (const stack of ["dev", "prod"] as const) {
    it(`are those of identity.${stack}.txt`, async () => {
      const file = join(__dirname, `identity.${stack}.txt`);
      const lines = linesOf(await recordProgram(stack));
      if (process.env.UPDATE_IDENTITY) writeFileSync(file, lines);
      assert.equal(lines, readFileSync(file, "utf8"));
    });
  }
});
