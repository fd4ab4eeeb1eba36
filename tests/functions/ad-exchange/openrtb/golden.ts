import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(__dirname, "requests");

const withoutNulls = (_key: string, value: unknown): unknown => (value === null ? undefined : value);

/** Realistic requests: what is in their files, and what has to be read of it. */
export const golden = () =>
  readdirSync(FOLDER).map((file) => {
    const body = readFileSync(join(FOLDER, file), "utf8");
    return { name: file.replace(".json", ""), body, content: JSON.parse(body, withoutNulls) as object };
  });
