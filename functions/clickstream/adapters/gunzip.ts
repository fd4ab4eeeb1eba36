import { gunzipSync } from "node:zlib";
import type { Gunzip } from "../domain/body";

/**
 * Unpacks with zlib's own limit of output, so that a bomb costs at most `mostBytes` of memory. In one go: 500 KB take about 2 ms,
 * and a function works on one request at a time.
 */
export const gunzip: Gunzip = (packed, mostBytes) => {
  try {
    return gunzipSync(packed, { maxOutputLength: mostBytes });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "not_gzip";
  }
};
