/** A table read from comma-separated text (RFC 4180: quotes, escaped quotes, CRLF); the first row names the columns. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header, ...rows] = cellsOf(text);
  if (!header) return [];
  return rows
    .filter((row) => row.some((cell) => cell !== ""))
    .map((row) => Object.fromEntries(header.map((column, index) => [column.trim(), (row[index] ?? "").trim()])));
}

function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of text.replace(/^\uFEFF/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const [whole, quoted, plain, end] = match;
    if (whole === "" && rows.at(-1)!.length === 0) break;
    rows.at(-1)!.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (end === "") break;
    rows.push([]);
  }
  return rows;
}
