import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Pointer } from "../domain/changes/pointer";

type Sender = Pick<S3Client, "send">;

/** Writes a file where there is none: a snapshot, once written, is never another. */
export async function putSnapshot(client: Sender, Bucket: string, Key: string, Body: Uint8Array): Promise<void> {
  const ContentType = "application/octet-stream";
  await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, IfNoneMatch: "*" }));
}

/**
 * Downloads a snapshot into memory of its own, which can be handed to another thread without a copy.
 * @throws where it is not the file that the pointer describes
 */
export async function getSnapshot(client: Sender, Bucket: string, pointer: Pointer): Promise<ArrayBuffer> {
  const { key, bytes, sha256 } = pointer;
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key }));
  const file = new ArrayBuffer(bytes);
  const into = new Uint8Array(file);
  const hash = createHash("sha256");
  let at = 0;
  for await (const part of Body as AsyncIterable<Uint8Array>) {
    if (at + part.byteLength > bytes) throw new Error(`${key} is longer than the ${bytes} bytes that it should have`);
    into.set(part, at);
    hash.update(part);
    at += part.byteLength;
  }
  if (at !== bytes) throw new Error(`${key} has ${at} bytes; it should have ${bytes}`);
  if (hash.digest("hex") !== sha256) throw new Error(`${key} is not what was written: its hash is another`);
  return file;
}
