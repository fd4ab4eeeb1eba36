import { readFileSync } from "node:fs";

/** The text of a file, or of standard input for "-". @throws Error of one line */
export function textOf(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === "ENOENT" ? `There is no file ${file}.` : `${file} cannot be read: ${code}.`);
  }
}
