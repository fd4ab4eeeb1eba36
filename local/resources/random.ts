import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type * as random from "@pulumi/random";
import {
  goesWithItsParent,
  type Materialiser,
  type Materialisers,
  materialiser,
  needed,
  nothingElse,
  type Plain,
} from "./materialiser";

type TextArgs = random.RandomPasswordArgs | random.RandomStringArgs;

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const drawn = (from: string, count: number): string[] =>
  Array.from({ length: count }, () => from[randomInt(from.length)]!);

/** Characters of the kinds asked for, at least as many of each as asked for, in random order. */
function textOf(inputs: Plain<TextArgs>): string {
  const { length, lower = true, upper = true, numeric = true, special = true, overrideSpecial, ...more } = inputs;
  const { minLower = 0, minUpper = 0, minNumeric = 0, minSpecial = 0, keepers, ...rest } = more;
  nothingElse(rest);
  const kinds = [
    { on: lower, from: LETTERS, least: minLower },
    { on: upper, from: LETTERS.toUpperCase(), least: minUpper },
    { on: numeric, from: "0123456789", least: minNumeric },
    { on: special, from: overrideSpecial || SPECIAL, least: minSpecial },
  ].filter(({ on }) => on);
  const all = kinds.map(({ from }) => from).join("");
  if (all === "") throw new Error("no kind of character is allowed; allow lower, upper, numeric or special.");
  const least = kinds.flatMap(({ from, least }) => drawn(from, least));
  const characters = [...least, ...drawn(all, Math.max(0, needed(length, "length") - least.length))];
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other]!, characters[last]!];
  }
  return characters.join("");
}

const text = (id: (result: string) => string): Materialiser =>
  materialiser<TextArgs>({
    async create(_world, inputs) {
      const result = textOf(inputs);
      return { id: id(result), outputs: { result } };
    },
    delete: goesWithItsParent,
  });

const bytes = (count: number) => {
  const made = randomBytes(count);
  return { made, base64: made.toString("base64"), hex: made.toString("hex") };
};

const randomId = materialiser<random.RandomIdArgs>({
  async create(_world, { byteLength, prefix = "", keepers, ...rest }) {
    nothingElse(rest);
    const { made, base64, hex } = bytes(needed(byteLength, "byteLength"));
    const b64Url = made.toString("base64url");
    const outputs = {
      hex: prefix + hex,
      b64Std: prefix + base64,
      b64Url: prefix + b64Url,
      dec: prefix + BigInt(`0x${hex}`),
    };
    return { id: b64Url, outputs };
  },
  delete: goesWithItsParent,
});

const randomBytesOf = materialiser<random.RandomBytesArgs>({
  async create(_world, { length, keepers, ...rest }) {
    nothingElse(rest);
    const { base64, hex } = bytes(needed(length, "length"));
    return { id: "none", outputs: { base64, hex } };
  },
  delete: goesWithItsParent,
});

const uuid = materialiser<random.RandomUuidArgs>({
  async create(_world, { keepers, ...rest }) {
    nothingElse(rest);
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
  delete: goesWithItsParent,
});

/** Made on this machine, with the provider's ids: a password's id says nothing. */
export const randoms: Materialisers = {
  "random:index/randomPassword:RandomPassword": text(() => "none"),
  "random:index/randomString:RandomString": text((result) => result),
  "random:index/randomId:RandomId": randomId,
  "random:index/randomBytes:RandomBytes": randomBytesOf,
  "random:index/randomUuid:RandomUuid": uuid,
};
