import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { operate } from "../operate";

/**
 * The server as one minified file, as the function is: what compiles modules one by one as they are asked for leaves a getter
 * in each import, with which a request took half as much again.
 */
function bundled(): { readonly serve: (args: readonly string[]) => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-serve-"));
  try {
    const outfile = join(folder, "serving.js");
    const options = { bundle: true, minify: true, platform: "node", target: "node20", logLevel: "warning" } as const;
    buildSync({ ...options, entryPoints: [join(__dirname, "serving.ts")], outfile });
    return require(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (require.main === module) operate(() => bundled().serve(process.argv.slice(2)));
