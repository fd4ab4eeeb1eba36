import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DRAWN, fileOf, picture, recorded, SHOWN } from "../../docs/architecture/draw";
import { READMES, readReadme, withOutputs } from "../../docs/architecture/outputs";

for (const readme of READMES) {
  describe(`The README of ${readme.system}`, () => {
    it("lists the outputs that the program has", () => {
      assert.equal(readReadme(readme), withOutputs(readme, readReadme(readme)));
    });
  });
}

for (const drawn of DRAWN) {
  describe(`The picture of ${drawn.name}`, () => {
    const draw = async () => picture(drawn, await recorded(drawn));

    it("is the one that the program draws", async () => {
      assert.equal(readFileSync(fileOf(drawn), "utf8"), await draw());
    });

    it("shows every resource that it is of", async () => {
      const [program, text] = [await recorded(drawn), await draw()];
      const labels =
        drawn.name === "network"
          ? program.resources.flatMap(({ type, inputs }) =>
              type.endsWith(":Subnet") ? [String(inputs.cidrBlock)] : [],
            )
          : program.resources
              .filter(({ type }) => SHOWN.includes(type))
              .map(
                ({ inputs }) =>
                  `"${String(inputs.name ?? inputs.bucket ?? inputs.clusterName).split(`-${drawn.name}-`)[0]}"`,
              );
      assert.equal(labels.length >= 6, true);
      for (const label of labels) assert.equal(text.includes(label), true, label);
    });

    it("has no node without an arrow, and no arrow to or from nowhere", async () => {
      const lines = (await draw()).split("\n");
      const nodes = new Set(lines.flatMap((line) => /^ {2,6}(?!subgraph)(\w+)[[({]/.exec(line)?.[1] ?? []));
      const joined = new Set<string>();
      for (const line of lines) {
        const [, from, to] = /^ {2}(\w+)(?:\(\[.*?\]\))? -[-.]+>(?:\|.*?\|)? (\w+)/.exec(line) ?? [];
        if (!from || !to) continue;
        assert.equal(nodes.has(from), true, line);
        assert.equal(nodes.has(to) || line.endsWith("])"), true, line);
        for (const end of [from, to]) joined.add(end);
      }
      assert.deepEqual(
        [...nodes].filter((node) => !joined.has(node)),
        [],
      );
    });
  });
}
