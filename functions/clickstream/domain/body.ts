import { type Fields, isRecord } from "../../shared/fields";
import { MOST_LEVELS, readJson, text } from "./fields";
import { LARGEST_MESSAGE, type MessageType } from "./message";
import { Refusal } from "./refusal";
import type { Request } from "./request";

/**
 * Bytes of a request as it comes: a load balancer hands at most 1 MB to a function, and answers 413 itself beyond it (Application Load
 * Balancer guide, "Lambda functions as targets").
 */
export const LARGEST_REQUEST = 1024 * 1024;
/** Bytes of a batch, decompressed, and messages in it (Segment, "HTTP API source", "Errors": 500 KB, 2,500 events). */
export const LARGEST_BATCH = 500 * 1024;
export const MOST_MESSAGES = 2500;

/** Unpacks gzip, and stops as soon as the content is larger than `mostBytes`. */
export type Gunzip = (packed: Uint8Array, mostBytes: number) => Uint8Array | "too_large" | "not_gzip";

/** Messages as they came, none of them read yet, and what stands around them for each. */
export interface Messages {
  readonly messages: readonly unknown[];
  readonly around: Fields;
}

/** The JSON object of a request's body. Beacons send theirs as `text/plain`, which needs no preflight. */
export function readBody({ headers, body }: Request, gunzip: Gunzip): Fields | Refusal {
  const unsupported = unsupportedType(headers.get("content-type"));
  if (unsupported) return unsupported;
  if (body.byteLength > LARGEST_REQUEST) return tooLarge("the request", body.byteLength, LARGEST_REQUEST);
  const content = unpacked(body, headers.get("content-encoding")?.toLowerCase(), gunzip);
  return content instanceof Refusal ? content : objectIn(content);
}

const TAKEN = ["application/json", "text/plain"];

function unsupportedType(contentType: string | undefined): Refusal | undefined {
  const [type = "", ...parameters] = (contentType ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const charset = parameters
    .find((each) => each.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  const isTaken =
    (type === "" || TAKEN.includes(type)) && (charset === undefined || ["utf-8", "utf8"].includes(charset));
  if (isTaken) return undefined;
  return new Refusal("unsupported_media_type", `the content type is none of ${TAKEN.join(", ")} in UTF-8`, {
    accept: TAKEN.join(", "),
  });
}

function unpacked(body: Uint8Array, encoding: string | undefined, gunzip: Gunzip): Uint8Array | Refusal {
  const isPlain = encoding === undefined || encoding === "" || encoding === "identity";
  if (!isPlain && encoding !== "gzip" && encoding !== "x-gzip")
    return new Refusal("unsupported_encoding", "the content encoding is not gzip", { "accept-encoding": "gzip" });
  const content = isPlain ? body : gunzip(body, LARGEST_BATCH);
  if (content === "not_gzip") return new Refusal("malformed", "the body is said to be gzip and is not");
  if (content === "too_large") return tooLarge("the content", undefined, LARGEST_BATCH);
  return content.byteLength > LARGEST_BATCH ? tooLarge("the content", content.byteLength, LARGEST_BATCH) : content;
}

const tooLarge = (what: string, bytes: number | undefined, most: number): Refusal =>
  new Refusal("too_large", `${what} has ${bytes ?? "more"} bytes; give at most ${most}, in several requests`);

function objectIn(content: Uint8Array): Fields | Refusal {
  if (content.byteLength === 0) return new Refusal("malformed", "the body is empty; give a JSON object");
  try {
    const value: unknown = readJson(content);
    return isRecord(value) ? value : new Refusal("malformed", "the body is JSON, but no object");
  } catch (error) {
    return new Refusal("malformed", `the body is no JSON in UTF-8: ${(error as Error).message}`);
  }
}

/** The messages of a body: itself where the path says the type, else those of its `batch`. */
export function messagesIn(body: Fields, type: MessageType | undefined): Messages | Refusal {
  if (type !== undefined) return { messages: [body], around: { type } };
  const { batch, sentAt, context } = body;
  if (!Array.isArray(batch)) return new Refusal("malformed", "batch is a JSON array of messages");
  const unusable = unusableContext(context);
  if (unusable) return unusable;
  if (batch.length === 0) return new Refusal("no_messages", "the batch is empty");
  if (batch.length > MOST_MESSAGES)
    return new Refusal("too_large", `the batch has ${batch.length} messages; give at most ${MOST_MESSAGES}`);
  return { messages: batch, around: { sentAt, context } };
}

/** A context that is too large for any message is refused once: it would be put into each of them only to find that out 2,500 times. */
function unusableContext(context: unknown): Refusal | undefined {
  if (context === undefined || context === null) return undefined;
  if (!isRecord(context)) return new Refusal("malformed", "context is a JSON object");
  const json = text(context);
  if (json === undefined)
    return new Refusal("too_large", `the context is nested too deeply; give at most ${MOST_LEVELS} levels`);
  const bytes = Buffer.byteLength(json);
  return bytes > LARGEST_MESSAGE ? tooLarge("the context around the batch", bytes, LARGEST_MESSAGE) : undefined;
}
