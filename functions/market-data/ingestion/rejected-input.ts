/** DynamoDB takes 400 KB an item; the rest of the row is small. */
const MOST_BYTES = 350_000;

/**
 * Rejected input as JSON text for its audit row, whatever it is: the archive holds every raw event too, but for a
 * limited time and only on the bus. Text and not an attribute map, because DynamoDB nests at most 32 levels.
 */
export function payloadText(input: unknown): string {
  const text = jsonOf(input);
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_BYTES) return text;
  return `${bytes.subarray(0, MOST_BYTES).toString()}… (cut at ${MOST_BYTES} of ${bytes.length} bytes)`;
}

/** JSON.parse takes deeper nesting than JSON.stringify: 50,000 arrays in each other overflow its stack. */
function jsonOf(input: unknown): string {
  try {
    return JSON.stringify(input) ?? "(no detail)";
  } catch (error) {
    return `(cannot be written as JSON: ${(error as Error).message})`;
  }
}

const NAME = /^[A-Za-z0-9._/-]{1,32}$/;

/**
 * The event id that rejected input claims, when it can be made out, so that its audit rows stand with the event's own.
 * It is looser than validation on purpose: an event with a wrong venue code is still found by what it calls itself.
 */
export function claimedEventId(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const { venue, feed, symbol, sequence } = input as Record<string, unknown>;
  const named = [venue, feed, symbol].every((name) => typeof name === "string" && NAME.test(name));
  return named && Number.isSafeInteger(sequence) ? `${venue}:${feed}:${symbol}:${sequence}` : undefined;
}
