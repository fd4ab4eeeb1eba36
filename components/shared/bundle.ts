import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { build, type Metafile } from "esbuild";

const ROOT = resolve(__dirname, "../..");
/** Nothing is written there: it is where paths of outputs start. */
const FOLDER = join(ROOT, ".sluice", "bundles");

/** One file of a bundle. */
export interface BundledFile {
  /** Size in bytes. */
  readonly bytes: number;
  /** Bytes that each input file contributes, largest first: what to look at when a budget is exceeded. */
  readonly inputs: readonly (readonly [path: string, bytes: number])[];
}

/** One function's code: `index.js`, exporting `handler`, what stands beside it, and their source maps. Sizes are those of `index.js`. */
export interface Bundle extends BundledFile {
  readonly archive: pulumi.asset.AssetArchive;
  /** Every file by its name, `index.js` among them. */
  readonly files: Readonly<Record<string, BundledFile>>;
}

/** Modules that get a file of their own, by its name without `.js`: what a worker thread runs, or what a start does not wait for. Paths are relative to the repository's root. */
export type BesideEntry = Readonly<Record<string, string>>;

const bundles = new Map<string, Promise<Bundle>>();

/**
 * Bundles a handler inside the program, so that AWS and the embedded cloud run the same bytes. Memoised by its entries.
 * @param entry path of the handler's module, relative to the repository's root
 * @param beside modules that `index.js` starts or loads by path and does not contain
 */
export function bundleOf(entry: string, beside: BesideEntry = {}): Promise<Bundle> {
  const key = JSON.stringify([entry, Object.entries(beside).sort()]);
  const known = bundles.get(key);
  if (known !== undefined) return known;
  const made = bundle({ ...beside, index: entry });
  bundles.set(key, made);
  return made;
}

async function bundle(entries: BesideEntry): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(ROOT, path)])),
    absWorkingDir: ROOT,
    outdir: FOLDER,
    write: false,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs", // SDK bundles start about 20 ms sooner than as ES modules
    target: "node22",
    // The SDK's ES modules can be tree-shaken, its CommonJS cannot: half the size.
    mainFields: ["module", "main"],
    // Lambda always sets credentials in the environment; the default chain brings SSO, INI files and IMDS along.
    // No client here streams events; the SDK brings that along as well.
    alias: {
      "@aws-sdk/credential-provider-node": join(ROOT, "functions/shared/lambda-credentials.ts"),
      "@aws-sdk/credential-providers": join(ROOT, "functions/shared/lambda-credentials.ts"),
      "@smithy/core/event-streams": join(ROOT, "functions/shared/no-event-streams.ts"),
    },
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
  });
  const names = Object.keys(entries)
    .sort()
    .map((name) => `${name}.js`);
  const text = (file: string) => outputFiles.find(({ path }) => path === join(FOLDER, file))?.text ?? "";
  const files = Object.fromEntries(
    names.map((name) => [name, { bytes: Buffer.byteLength(text(name)), ...inputsOf(metafile, name) }]),
  );
  const assets = names.flatMap((name) => [name, `${name}.map`]);
  return {
    archive: new pulumi.asset.AssetArchive(
      Object.fromEntries(assets.map((file) => [file, new pulumi.asset.StringAsset(text(file))])),
    ),
    ...(files["index.js"] as BundledFile),
    files,
  };
}

function inputsOf({ outputs }: Metafile, file: string): Pick<BundledFile, "inputs"> {
  const [output] = Object.entries(outputs).filter(([path]) => path.endsWith(`/${file}`));
  const inputs = Object.entries(output?.[1].inputs ?? {}).map(
    ([path, { bytesInOutput }]) => [path, bytesInOutput] as const,
  );
  return { inputs: inputs.sort(([, a], [, b]) => b - a) };
}
