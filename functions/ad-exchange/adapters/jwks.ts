import { KidNotFoundInJwksError } from "aws-jwt-verify/error";
import { assertIsJwks, type Jwk, type Jwks, type JwkWithKid } from "aws-jwt-verify/jwk";
import type { Clock } from "../../shared/clock";
import { RetryableFailure, told } from "../../shared/outcome";

/** Seconds after which an issuer is asked again, though its keys are known: what it withdrew is out by then. */
const REFRESH = 300;
/** Seconds between two questions to one issuer at least, whatever tokens name: no stranger can make us hammer it. */
const BETWEEN = 30;
/** Seconds that keys are used which the issuer could not be asked about again. */
const LONGEST_STALE = 3_600;

/** Letters of 2,048 bits in base64url: RS256 takes no shorter key (RFC 7518, section 3.3). */
const SHORTEST_MODULUS = 342;

const MILLISECONDS = 2_000;
const MOST_BYTES = 65_536;

/** Where an issuer's keys come from. */
export type FetchKeys = (uri: string) => Promise<Jwks>;

interface Kept {
  jwks?: Jwks;
  fetchedAt: number;
  triedAt: number;
  failure?: unknown;
  fetching?: Promise<void> | undefined;
}

export type Header = Readonly<{ kid?: string | undefined; alg?: string | undefined }>;

/**
 * The keys of issuers, kept. The library's own cache keeps a set until a key is missing from it, so that a withdrawn key would
 * count for as long as the process lives, and takes any answer of any size.
 */
export class KeySets {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly fetchKeys: FetchKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * The key that a JWT's header names.
   * @throws KidNotFoundInJwksError where the issuer has none, RetryableFailure where it cannot be asked
   */
  async keyFor(uri: string, header: Header): Promise<JwkWithKid> {
    const kept = this.kept.get(uri) ?? { fetchedAt: Number.NEGATIVE_INFINITY, triedAt: Number.NEGATIVE_INFINITY };
    this.kept.set(uri, kept);
    const isFresh = this.secondsSince(kept.fetchedAt) < REFRESH;
    if (!(isFresh && keyIn(kept.jwks, header)) && (kept.fetching || this.secondsSince(kept.triedAt) >= BETWEEN)) {
      kept.fetching ??= this.fetch(uri, kept).finally(() => {
        kept.fetching = undefined;
      });
      await kept.fetching;
    }
    if (!kept.jwks || this.secondsSince(kept.fetchedAt) > LONGEST_STALE)
      throw new RetryableFailure(`The keys of ${uri} are not to be had: ${told(kept.failure)}`);
    const key = keyIn(kept.jwks, header);
    if (!key) throw new KidNotFoundInJwksError("The issuer has no such key.");
    return key;
  }

  /** An issuer that is down changes nothing: the keys that it gave last stay. */
  private async fetch(uri: string, kept: Kept): Promise<void> {
    kept.triedAt = this.clock.now();
    try {
      kept.jwks = await this.fetchKeys(uri);
      kept.fetchedAt = this.clock.now();
    } catch (failure) {
      kept.failure = failure;
    }
  }

  private secondsSince(then: number): number {
    return (this.clock.now() - then) / 1_000;
  }
}

/** By its id, and only for the algorithm that it is made for: an id alone would let a token choose how a key is read. */
function keyIn(jwks: Jwks | undefined, { kid, alg }: Header): JwkWithKid | undefined {
  const isFor = (key: Jwk): key is JwkWithKid =>
    key.kid === kid &&
    (key.alg === undefined || key.alg === alg) &&
    (key.use === undefined || key.use === "sig") &&
    ((alg === "RS256" && key.kty === "RSA" && (key.n?.length ?? 0) >= SHORTEST_MODULUS) ||
      (alg === "ES256" && key.kty === "EC" && key.crv === "P-256"));
  return jwks?.keys.find(isFor);
}

/**
 * Fetches a JWK set (RFC 7517, section 5), of 64 KB at most, within two seconds, and from nowhere but `uri`.
 * @throws Error when it is not to be had, or is none
 */
export async function fetchJwks(
  uri: string,
  get: typeof fetch = fetch,
  milliseconds: number = MILLISECONDS,
): Promise<Jwks> {
  const signal = AbortSignal.timeout(milliseconds);
  const response = await get(uri, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (response.status !== 200 || !response.body) throw new Error(`the answer's status is ${response.status}, not 200`);
  const jwks = JSON.parse(await textOf(response.body));
  assertIsJwks(jwks);
  return jwks;
}

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body, so that an endless one ends here.
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
