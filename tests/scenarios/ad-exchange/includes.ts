import assert from "node:assert/strict";

/** Fails unless everything expected is in what is found: members of objects; whole lists, item by item; null is absent. */
export function includes(found: unknown, expected: unknown, path: string): void {
  if (expected === null) {
    assert.equal(found ?? undefined, undefined, path);
    return;
  }
  if (typeof expected !== "object") {
    assert.equal(found, expected, path);
    return;
  }
  assert.equal(typeof found === "object" && found !== null, true, `${path} is ${String(found)}`);
  if (Array.isArray(expected)) assert.equal((found as readonly unknown[]).length, expected.length, `${path}: length`);
  for (const [name, one] of Object.entries(expected))
    includes(Reflect.get(found as object, name), one, `${path}.${name}`);
}
