import { CampaignIndex } from "./campaign-index";
import { Dayparts } from "./dayparts";
import { Dictionary, type DictionaryTables } from "./dictionary";
import { recordsIn } from "./records";
import { readSections } from "./sections";
import type { SnapshotFacts, SnapshotParts } from "./snapshot";

/**
 * The index of a snapshot, by views of its bytes: nothing is copied or parsed, so that it is ready at once. The bytes are
 * the index's own from then on. Whether they are those that were written is for whoever fetched them to know.
 * @throws when they are no snapshot of this format, or cut short
 */
export function loadSnapshot(bytes: Uint8Array | ArrayBufferLike): CampaignIndex {
  const { facts, sections } = readSections<SnapshotFacts>(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  const tables = sections as unknown as DictionaryTables;
  const lists = sections as unknown as SnapshotParts["postings"] & Omit<SnapshotParts, "postings">;
  const u32 = (name: string) => sections[name] as Uint32Array;
  return new CampaignIndex({
    ...facts,
    entries: recordsIn(sections.entries as Float64Array),
    creatives: recordsIn(sections.creatives as Float64Array),
    rules: u32("rules"),
    dayparts: new Dayparts(facts.zones, u32("zoneOf"), u32("hours")),
    postings: lists,
    dictionary: new Dictionary(tables),
    ...{ keySlots: u32("keySlots"), entryIds: u32("entryIds"), creativeTexts: u32("creativeTexts") },
    ...{ pieceEnds: u32("pieceEnds"), pieces: sections.pieces as Uint8Array, texts: sections.texts as Uint8Array },
  });
}
