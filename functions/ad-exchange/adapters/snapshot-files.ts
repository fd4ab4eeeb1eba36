import { createHash } from "node:crypto";
import { GetObjectCommand, type GetObjectCommandInput, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Pointer } from "../domain/changes/pointer";

type Sender = Pick<S3Client, "send">;

/** Writes a file where there is none: a snapshot, once written, is never another. */
export async function putSnapshot(client: Sender, Bucket: string, Key: string, Body: Uint8Array): Promise<void> {
  const ContentType = "application/octet-stream";
  await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, IfNoneMatch: "*" }));
}

/** A longer file comes in parts, so many at once at most: a connection of S3 is slower than the network (its performance guidelines). */
const PARTS = 6;
/** Bytes of the shortest part, but for the last. */
const SHORT = 8 * 1024 * 1024;

/**
 * Downloads a snapshot into memory of its own, which can be handed to another thread without a copy.
 * @throws where it is not the file that the pointer describes
 */
export async function getSnapshot(client: Sender, Bucket: string, pointer: Pointer): Promise<ArrayBuffer> {
  const { key, bytes, sha256 } = pointer;
  const file = new Uint8Array(new ArrayBuffer(bytes));
  const most = Math.max(SHORT, Math.ceil(bytes / PARTS));
  const parts = Array.from({ length: Math.max(1, Math.ceil(bytes / most)) }, (_, part) => {
    const into = file.subarray(part * most, (part + 1) * most);
    const range = into.length < bytes ? { Range: `bytes=${into.byteOffset}-${into.byteOffset + into.length - 1}` } : {};
    return getPart(client, { Bucket, Key: key, ...range }, into);
  });
  await Promise.all(parts);
  if (createHash("sha256").update(file).digest("hex") !== sha256)
    throw new Error(`${key} is not what was written: its hash is another`);
  return file.buffer;
}

async function getPart(client: Sender, asked: GetObjectCommandInput, into: Uint8Array): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand(asked));
  const { length } = into;
  const what = `${asked.Key}${asked.Range === undefined ? "" : ` (${asked.Range})`}`;
  let at = 0;
  for await (const piece of Body as AsyncIterable<Uint8Array>) {
    if (at + piece.byteLength > length)
      throw new Error(`${what} is longer than the ${length} bytes that it should have`);
    into.set(piece, at);
    at += piece.byteLength;
  }
  if (at !== length) throw new Error(`${what} has ${at} bytes; it should have ${length}`);
}
