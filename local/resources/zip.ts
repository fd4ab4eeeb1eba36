import { crc32, deflateRawSync } from "node:zlib";
import type { Files } from "./code";

const DEFLATED = 8;
const VERSION_NEEDED = 20;
/** 1 January 1980, 00:00, in DOS format: the same files make the same archive. */
const DOS_DATE = 0x21;
const READABLE_FILE = (0o100644 << 16) >>> 0;
const UNIX_VERSION = (3 << 8) | VERSION_NEEDED;
const UTF8_NAMES = 0x800;

/** A zip archive (PKWARE APPNOTE 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16), names in UTF-8. */
export function zip(files: Files): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content);
    const shared = sharedHeader(content, packed, name);
    const header = Buffer.concat([numbers(["4", 0x04034b50]), shared, name]);
    local.push(header, packed);
    const made = numbers(["4", 0x02014b50], ["2", UNIX_VERSION]);
    const where = numbers(["2", 0], ["2", 0], ["2", 0], ["4", READABLE_FILE], ["4", offset]);
    central.push(made, shared, where, name);
    offset += header.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const counts = [
    ["2", 0],
    ["2", 0],
    ["2", files.size],
    ["2", files.size],
  ] as const;
  const end = numbers(["4", 0x06054b50], ...counts, ["4", directory.length], ["4", offset], ["2", 0]);
  return Buffer.concat([...local, directory, end]);
}

/** The fields that a file's local header and its directory entry have alike. */
function sharedHeader(content: Buffer, packed: Buffer, name: Buffer): Buffer {
  const how = [
    ["2", VERSION_NEEDED],
    ["2", UTF8_NAMES],
    ["2", DEFLATED],
    ["2", 0],
    ["2", DOS_DATE],
  ] as const;
  return numbers(
    ...how,
    ["4", crc32(content)],
    ["4", packed.length],
    ["4", content.length],
    ["2", name.length],
    ["2", 0],
  );
}

/** Unsigned little-endian numbers of two or four bytes. */
function numbers(...fields: readonly (readonly [bytes: "2" | "4", value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const buffer = Buffer.alloc(Number(bytes));
      buffer.writeUIntLE(value, 0, buffer.length);
      return buffer;
    }),
  );
}
