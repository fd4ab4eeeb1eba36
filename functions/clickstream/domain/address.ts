import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

/** What becomes of a visitor's address before anything is stored. */
export type AddressPolicy =
  /** The network only: /24 of IPv4, /48 of IPv6 (as Google Analytics' IP masking does). */
  | { readonly kind: "truncate" }
  /** A keyed hash: the same address is the same text, and nobody without the key can find it by trying them all. */
  | { readonly kind: "hash"; readonly key: string }
  | { readonly kind: "drop" };

/** An address as it may be stored; undefined when there is none, or none may be. */
export function storedAddress(address: unknown, policy: AddressPolicy): string | undefined {
  const plain = plainAddress(address);
  if (plain === undefined || policy.kind === "drop") return undefined;
  if (policy.kind === "hash") return createHmac("sha256", policy.key).update(plain).digest("hex").slice(0, 32);
  return isIPv4(plain) ? plain.replace(/\.\d+$/, ".0") : `${groupsOf(plain).slice(0, 3).join(":")}::`;
}

/** The one way to write an address; IPv4 within IPv6 (`::ffff:192.0.2.1`) is IPv4. */
function plainAddress(address: unknown): string | undefined {
  if (typeof address !== "string") return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address.trim())?.[1];
  const text = mapped ?? address.trim().split("%")[0]!;
  if (isIPv4(text)) return text;
  return isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : undefined;
}

/** The eight groups of an IPv6 address in its shortest form, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  return [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
}
