import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../components/shared/bundle";

/** KiB of index.js. A larger bundle starts slower; what makes one large is in the failure's message. */
import { BUDGET_KIB } from "../bench/bundles";

/** Every variable that some handler asks for. */
const PARAMETERS = Object.fromEntries(
  [
    "EVENTS_TABLE",
    "SERIES_TABLE",
    "AUDIT_TABLE",
    "ALERTS_TABLE",
    "BUS_NAME",
    "ALERTS_TOPIC",
    "ALERT_RULES",
    "TUNABLES",
  ].map((noun) => [`${noun}_PARAMETER`, `/sluice/dev/market-data/${noun}`]),
);

const textOf = async (archive: pulumi.asset.AssetArchive, file: string) => {
  const assets = (await archive.assets) as Record<string, pulumi.asset.StringAsset>;
  return String(await assets[file]?.text);
};

describe("The bundle of", () => {
  for (const stage of ["ingestion", "processing", "notification"]) {
    it(`${stage} is at most ${BUDGET_KIB} KiB and exports a handler`, async () => {
      const { archive, bytes, inputs } = await bundleOf(`functions/market-data/${stage}/index.ts`);
      const largest = inputs.slice(0, 5).map(([path, size]) => `${path} ${size}`);
      assert.ok(bytes <= BUDGET_KIB * 1024, `${bytes} bytes; largest inputs: ${largest.join(", ")}`);
      assert.equal(exportsOf(await textOf(archive, "index.js")), "handler");
    });

    it(`${stage} holds nothing of the program or its tools`, async () => {
      const { inputs } = await bundleOf(`functions/market-data/${stage}/index.ts`);
      const strangers = inputs.filter(([path]) => /node_modules\/(zod|@pulumi|ajv|esbuild)\//.test(path));
      assert.deepEqual(strangers, []);
    });
  }

  it("an entry is made once", async () => {
    const entry = "tests/support/sample-handler.ts";
    assert.equal(await bundleOf(entry), await bundleOf(entry));
  });

  it("an entry has a source map that names the sources but does not hold them", async () => {
    const { archive } = await bundleOf("tests/support/sample-handler.ts");
    assert.match(await textOf(archive, "index.js"), /\/\/# sourceMappingURL=index\.js\.map/);
    const map = JSON.parse(await textOf(archive, "index.js.map")) as { sources: string[]; sourcesContent?: unknown };
    assert.match(map.sources.join(), /tests\/support\/sample-handler\.ts/);
    assert.equal(map.sourcesContent, undefined);
  });
});

/** Names that the code exports, loaded alone in a fresh process as Lambda does. */
function exportsOf(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bundle-"));
  try {
    writeFileSync(join(folder, "index.js"), code);
    const script = "process.stdout.write(Object.keys(require('./index.js')).join())";
    const env = { PATH: process.env.PATH, AWS_REGION: "us-east-1", ...PARAMETERS };
    return execFileSync(process.execPath, ["-e", script], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
