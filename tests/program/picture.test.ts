import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PICTURE, picture } from "../../docs/architecture/draw";
import { readMarketDataReadme, withOutputs } from "../../docs/architecture/outputs";
import { recordProgram } from "../support/recorded-program";

describe("The README of market data", () => {
  it("lists the outputs that the program has", () => {
    assert.equal(readMarketDataReadme(), withOutputs(readMarketDataReadme()));
  });
});

describe("The picture of market data", () => {
  it("is the one that the program draws", async () => {
    assert.equal(readFileSync(PICTURE, "utf8"), picture(await recordProgram("dev")));
  });

  it("shows every function, table, queue, topic, and the bus with its archive", async () => {
    const program = await recordProgram("dev");
    const drawn = picture(program);
    for (const { type, inputs } of program.resources) {
      if (
        !/(function:Function|table:Table|queue:Queue|topic:Topic|eventBus:EventBus|eventArchive:EventArchive)$/.test(
          type,
        )
      )
        continue;
      assert.ok(drawn.includes(String(inputs.name).replace("-market-data-dev", "")), String(inputs.name));
    }
  });

  it("has no arrow to or from nowhere", async () => {
    const lines = picture(await recordProgram("dev")).split("\n");
    const nodes = new Set(lines.flatMap((line) => /^ {2}(\w+)[[({]/.exec(line)?.[1] ?? []));
    for (const line of lines) {
      const [, from, to] = /^ {2}(\w+)(?:\(\[.*?\]\))? -[-.]+>(?:\|.*?\|)? (\w+)/.exec(line) ?? [];
      if (!from || !to) continue;
      assert.ok(nodes.has(from), line);
      assert.ok(nodes.has(to) || line.endsWith("])"), line);
    }
  });
});
