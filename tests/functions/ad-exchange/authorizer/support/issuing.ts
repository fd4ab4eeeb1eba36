import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key pair of an issuer. */
export interface Pair {
  readonly kid: string;
  readonly alg: "RS256" | "ES256";
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function rsaPair(kid: string, modulusLength = 2048): Pair {
  return { kid, alg: "RS256", ...generateKeyPairSync("rsa", { modulusLength }) };
}

export function ecPair(kid: string, namedCurve = "P-256"): Pair {
  return { kid, alg: "ES256", ...generateKeyPairSync("ec", { namedCurve }) };
}

/** What an issuer publishes of a key. */
export const jwkOf = ({ kid, alg, publicKey }: Pair) => ({
  ...(publicKey.export({ format: "jwk" }) as { kty: string }),
  ...{ kid, alg, use: "sig" },
});

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT in its parts, signed by whatever `signer` does. */
export function jwtOf(header: object, claims: object, signer: (input: string) => Buffer): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${signer(input).toString("base64url")}`;
}

export const signedBy =
  ({ privateKey }: Pair) =>
  (input: string) =>
    sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });

export const hmacBy = (secret: string | Buffer) => (input: string) =>
  createHmac("sha256", secret).update(input).digest();

/** As its issuer makes it. */
export const signedJwt = (pair: Pair, claims: object, header: object = {}) =>
  jwtOf({ typ: "JWT", alg: pair.alg, kid: pair.kid, ...header }, claims, signedBy(pair));
