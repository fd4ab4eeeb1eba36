import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import type { Names } from "../../components/shared/names";
import { DynamoTokens, type TokenRecord } from "../../functions/ad-exchange/adapters/tokens";
import { PREFIX } from "../../functions/ad-exchange/domain/auth/credential";
import { OPAQUE_NAME } from "../../functions/ad-exchange/domain/auth/issuers";
import { isUsageKey } from "../../functions/ad-exchange/domain/auth/refusal";
import { hashOf } from "../../functions/ad-exchange/domain/auth/token-record";
import { callerOf, isPermission, PERMISSIONS, type Permission } from "../../functions/ad-exchange/domain/caller";
import { present } from "../../functions/shared/fields";
import { wholeNumber } from "../../local/options";
import { operate } from "../operate";
import { locate } from "../where";

export interface IssueRequest {
  readonly publisher?: string | undefined;
  readonly advertiser?: string | undefined;
  readonly seat?: string | undefined;
  /** Who holds it; by its publisher or advertiser, where left out. */
  readonly holder?: string | undefined;
  /** All that its publisher and advertiser are needed for, where left out. */
  readonly permissions?: readonly string[] | undefined;
  /** Value of an API key in a usage plan; output adExchangeUsageKeys tells them. */
  readonly usageKey: string | undefined;
  readonly days: number;
}

export interface Issued {
  /** Nobody can tell it again. */
  readonly token: string;
  readonly record: TokenRecord;
}

export type TokenBook = Pick<DynamoTokens, "add" | "revoke">;

/** A token that counts longer is one that nobody remembers. */
const MOST_DAYS = 400;
const DAY = 86_400;
/** As many bits as no one guesses, and as the authorizer expects. */
const TOKEN_BYTES = 32;
const HASH = /^[0-9a-f]{64}$/;

const FOR = { publisher: ["auction"], advertiser: ["campaigns:read", "campaigns:write"] } as const;

/**
 * A new token and what is kept of it.
 * @param now seconds since the epoch
 * @throws Error that says what to give instead
 */
export function issued(request: IssueRequest, now: number, bytes: Uint8Array = randomBytes(TOKEN_BYTES)): Issued {
  const { publisher, advertiser, seat, usageKey, days } = request;
  if (days > MOST_DAYS) throw new Error(`--days ${days}: give ${MOST_DAYS} at most.`);
  if (!isUsageKey(usageKey))
    throw new Error(
      "--usage-key: give the 20 to 128 characters of a tenant's key (output adExchangeUsageKeys); without one no usage plan lets the token in.",
    );
  const caller = callerOf(
    present({
      ...{ publisher, advertiser, seat, may: permissionsOf(request) },
      principal: `${OPAQUE_NAME}/${request.holder ?? publisher ?? advertiser}`,
    }),
  );
  if (!caller)
    throw new Error(
      "The token would open nothing: give --publisher for auction, --advertiser for campaigns, and --seat to change them; names have 1 to 255 visible ASCII characters.",
    );
  const token = `${PREFIX}${Buffer.from(bytes).toString("base64url")}`;
  return { token, record: { token: hashOf(token), ...caller, usageKey, expires: now + days * DAY } };
}

function permissionsOf({ permissions = [], publisher, advertiser }: IssueRequest): readonly Permission[] {
  const unknown = permissions.find((each) => !isPermission(each));
  if (unknown !== undefined) throw new Error(`--permission ${unknown}: give some of ${PERMISSIONS.join(", ")}.`);
  if (permissions.length > 0) return [...new Set(permissions.filter(isPermission))];
  return [...(publisher ? FOR.publisher : []), ...(advertiser ? FOR.advertiser : [])];
}

/** Revokes a token by itself or by its id, which is its hash. @throws Error when there is none */
export async function revoke(given: string | undefined, book: TokenBook): Promise<string> {
  const id = given?.startsWith(PREFIX) ? hashOf(given) : (given ?? "");
  if (!HASH.test(id)) throw new Error(`Give the token, "${PREFIX}…", or its id of 64 hexadecimal digits.`);
  if (!(await book.revoke(id))) throw new Error("There is no such token.");
  return id;
}

const OPTIONS = {
  publisher: { type: "string" },
  advertiser: { type: "string" },
  seat: { type: "string" },
  holder: { type: "string" },
  permission: { type: "string", multiple: true },
  "usage-key": { type: "string" },
  days: { type: "string", default: "90" },
  stack: { type: "string", default: "local" },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [command, given] = positionals;
  if (command !== "issue" && command !== "revoke") throw new Error('Give "issue" or "revoke".');
  const { clients, names: table } = await locate(values.stack, (names: Names) =>
    names.of("table", "tokens-ad-exchange"),
  );
  const book = new DynamoTokens(clients.dynamodb, table);
  if (command === "revoke") {
    console.log(`${await revoke(given, book)} is revoked; it opens nothing once the gateway has forgotten it.`);
    return;
  }
  const { permission: permissions, "usage-key": usageKey, days, ...rest } = values;
  const request = { ...rest, permissions, usageKey, days: wholeNumber("days", days) };
  const { token, record } = issued(request, Math.floor(Date.now() / 1_000));
  await book.add(record);
  console.log(`${token}\n`);
  console.log(`This is shown once. Id for its revocation: ${record.token}`);
  console.log(
    `${record.principal} may ${record.may.join(", ")} until ${new Date(record.expires * 1_000).toISOString()}.`,
  );
}

if (require.main === module) operate(main);
