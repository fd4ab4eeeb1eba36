import { hash, timingSafeEqual } from "node:crypto";

/** A key that signs notice URLs. */
export interface SigningKey {
  /** Letters, digits, `-` and `_`, at most 32; stands in every URL. */
  readonly id: string;
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
}

/**
 * Who holds a signature. Win, bill and loss are called by servers, and one party is given all three; views and clicks are in
 * browsers' hands, and whoever reads one there must not be able to make a bill of it.
 */
export type Holder = "server" | "browser";

/** One digest, a half for each holder: 128 bits, as hexadecimal digits. Who knows a half knows nothing of the other. */
export type Signature = Readonly<Record<Holder, string>>;

export interface Signer {
  /** Of the newest key. */
  readonly keyId: string;
  /**
   * Signature by the newest key.
   * @param payload ASCII
   */
  sign(payload: string): Signature;
  /** Whether the key of this id has made the signature for this holder; undefined: there is no such key. */
  verifies(holder: Holder, payload: string, keyId: string, signature: string): boolean | undefined;
}

const BLOCK = 64;
const DIGEST = 32;
const LEAST_SECRET = 32;
const HALF = 32;
const SCRATCH = 4_096;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Signs with the first key and verifies with all: a new key is put in front and the old ones stay for as long as their
 * URLs may be called. HMAC-SHA-256, as two plain hashes over prepared blocks: half the time of `createHmac`.
 */
export function signer(keys: readonly SigningKey[]): Signer {
  const prepared = new Map(keys.map((key) => [key.id, new PreparedKey(key)]));
  const newest = keys[0];
  if (newest === undefined) throw new Error("signing keys: there are none; give at least one");
  const signing = prepared.get(newest.id)!;
  return {
    keyId: newest.id,
    sign: (payload) => signing.sign(payload),
    verifies(holder, payload, keyId, signature) {
      const made = prepared.get(keyId)?.sign(payload)[holder];
      if (made === undefined) return undefined;
      const given = Buffer.from(signature);
      return given.length === HALF && timingSafeEqual(given, Buffer.from(made));
    },
  };
}

class PreparedKey {
  /** The inner block, then the text. */
  private readonly inner = Buffer.alloc(BLOCK + SCRATCH);
  /** It up to the end of a text, by where that is: to make a view costs as much as to hash two blocks. */
  private readonly views: (Uint8Array | undefined)[] = new Array(BLOCK + SCRATCH + 1);
  /** The outer block, then the inner digest. */
  private readonly outer = Buffer.alloc(BLOCK + DIGEST);

  constructor({ id, secret }: SigningKey) {
    if (!KEY_ID.test(id)) throw new Error(`signing keys: id is ${JSON.stringify(id)}; give letters, digits, - and _`);
    if (secret.length < LEAST_SECRET) {
      throw new Error(`signing key ${id}: the secret has ${secret.length} bytes; give at least ${LEAST_SECRET}`);
    }
    const key = secret.length > BLOCK ? hash("sha256", secret, "buffer") : secret;
    for (let at = 0; at < BLOCK; at++) {
      this.inner[at] = (key[at] ?? 0) ^ 0x36;
      this.outer[at] = (key[at] ?? 0) ^ 0x5c;
    }
  }

  sign(text: string): Signature {
    this.outer.write(hash("sha256", this.begun(text), "binary"), BLOCK, "latin1");
    const digest = hash("sha256", this.outer, "hex");
    return { server: digest.slice(0, HALF), browser: digest.slice(HALF) };
  }

  /** What the inner hash is of. */
  private begun(text: string): Uint8Array {
    if (text.length > SCRATCH) return Buffer.concat([this.inner.subarray(0, BLOCK), Buffer.from(text, "latin1")]);
    const end = BLOCK + this.inner.write(text, BLOCK, "latin1");
    this.views[end] ??= this.inner.subarray(0, end);
    return this.views[end];
  }
}
