import { join } from "node:path";

/** Modules that have a file of their own beside the bid handler's `index.js`, by its name without `.js`; relative to the repository's root. */
export const BESIDE = {
  "refresh-worker": "functions/ad-exchange/refresh/refresh-worker.ts",
  selling: "functions/ad-exchange/bid-handler/selling.ts",
} as const;

/** Where such a file is, asked within the bundle. */
export const fileBeside = (name: keyof typeof BESIDE): string => join(__dirname, `${name}.js`);

type Selling = typeof import("./selling");

let selling: Selling | undefined;

/**
 * Everything that needs an index, settings or keys, and so is of no use before they have been brought: more code than all that
 * is, and not a part of a start. It is loaded once, and not within a request. Values alone pass between the two files: each has
 * classes and caches of its own where both use a module.
 */
export function sellingParts(): Selling {
  selling ??= require(fileBeside("selling")) as Selling;
  return selling;
}
