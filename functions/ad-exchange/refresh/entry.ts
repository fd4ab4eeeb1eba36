/** The worker's module, relative to the repository's root, and the file beside `index.js` that it is bundled into. */
export const REFRESH_WORKER = {
  entry: "functions/ad-exchange/refresh/refresh-worker.ts",
  file: "refresh-worker.js",
} as const;
