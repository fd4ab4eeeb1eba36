/** A value as the branches of a tree, one line a leaf: objects and lists of objects branch, everything else is written behind its name. */
export function treeOf(title: string, value: unknown): string[] {
  return [title, ...branchesOf(value).flatMap((branch, place, all) => drawn(branch, place === all.length - 1))];
}

interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

function branchesOf(value: unknown): Branch[] {
  if (Array.isArray(value)) return value.map((item, place) => branchFor(nameOf(item, place), withoutName(item)));
  return Object.entries(value as object).map(([name, item]) => branchFor(name, item));
}

function branchFor(name: string, value: unknown): Branch {
  const title = withoutControls(name);
  if (!isBranching(value)) return { text: value === undefined ? title : `${title}: ${textOf(value)}`, below: [] };
  return { text: title, below: branchesOf(value) };
}

/** Objects with something in them, and lists with such an object in them. */
function isBranching(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? value.some(isBranching) : Object.keys(value).length > 0;
}

/** What an item of a list is called by: the first of these that it has. */
const NAMES = ["stage", "imp", "seat", "campaign", "id", "offer"];
const naming = (item: unknown) =>
  NAMES.find((name) => isBranching(item) && typeof Reflect.get(item, name) === "string");

function nameOf(item: unknown, place: number): string {
  const by = naming(item);
  return by === undefined ? String(place + 1) : withoutControls(String(Reflect.get(item as object, by)));
}

function withoutName(item: unknown): unknown {
  const by = naming(item);
  if (by === undefined) return item;
  const { [by]: _named, ...rest } = item as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? rest : undefined;
}

const LONGEST = 100;

/** What others wrote is shown and cannot write over the terminal. */
const withoutControls = (text: string) => text.replace(/\p{Cc}+/gu, " ");

function textOf(value: unknown): string {
  const said = typeof value === "string" ? value : Array.isArray(value) ? listText(value) : JSON.stringify(value);
  const text = withoutControls(said);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

const listText = (list: readonly unknown[]) =>
  list.length === 0 ? "none" : list.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join(", ");

function drawn({ text, below }: Branch, isLast: boolean): string[] {
  const [elbow, rail] = isLast ? ["└─ ", "   "] : ["├─ ", "│  "];
  const inner = below.flatMap((branch, place) => drawn(branch, place === below.length - 1));
  return [elbow + text, ...inner.map((line) => rail + line)];
}
