import type { Creative } from "../campaign";
import type { SnapshotParts } from "./snapshot";
import { TextPool, type TextSections } from "./text-pool";

/** Creatives that are kept once decoded; more, and the older half goes. */
const MOST_DECODED = 8_192;
const TEXTS_OF_CREATIVE = 2;

/** Texts of a snapshot's campaigns and creatives, decoded when they are asked for. */
export class SnapshotTexts {
  readonly #pool: TextPool;
  #recent = new Map<number, Creative>();
  #older = new Map<number, Creative>();

  constructor(private readonly parts: Pick<SnapshotParts, "entryIds" | "creativeTexts" | keyof TextSections>) {
    this.#pool = new TextPool(parts);
  }

  id = (entry: number): string => this.#pool.at(this.parts.entryIds[entry]!);

  creative(number: number): Creative {
    const recent = this.#recent.get(number);
    if (recent !== undefined) return recent;
    const creative = this.#older.get(number) ?? this.#decode(number);
    if (this.#recent.size >= MOST_DECODED / 2) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(number, creative);
    return creative;
  }

  #decode(number: number): Creative {
    const { creativeTexts } = this.parts;
    const at = number * TEXTS_OF_CREATIVE;
    const rest = JSON.parse(this.#pool.at(creativeTexts[at + 1]!)) as Omit<Creative, "markup">;
    return { ...rest, markup: this.#pool.at(creativeTexts[at]!) };
  }
}
