import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../components/shared/bundle";
import { printFigure, printPart } from "./figures";

export const STAGES = ["ingestion", "processing", "notification"] as const;

/** KiB of index.js that a bundle may have; a test holds each to it. */
export const BUDGET_KIB = 400;

export const entryOf = (stage: (typeof STAGES)[number]) => `functions/market-data/${stage}/index.ts`;
export const bundleOfStage = (stage: (typeof STAGES)[number]) => bundleOf(entryOf(stage));

/** The text of a function's index.js. @param entry path of its source in the repository */
export async function codeOf(entry: string): Promise<string> {
  const assets = (await (await bundleOf(entry)).archive.assets) as Record<string, pulumi.asset.StringAsset>;
  return String(await assets["index.js"]?.text);
}

/** How large the code of each function is. */
export async function showBundles(): Promise<void> {
  printPart("Bundles: index.js, minified, SDK clients included");
  for (const stage of STAGES) {
    const kib = (await bundleOfStage(stage)).bytes / 1024;
    const share = Math.round((kib / BUDGET_KIB) * 100);
    printFigure(stage, `${kib.toFixed(1)} KiB`, `${share} % of the budget of ${BUDGET_KIB} KiB`);
  }
}
