import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { TOKENS } from "../../functions/ad-exchange/adapters/tables";
import { PREFIX } from "../../functions/ad-exchange/domain/auth/credential";
import { OPAQUE_NAME } from "../../functions/ad-exchange/domain/auth/issuers";
import { hashOf } from "../../functions/ad-exchange/domain/auth/token-record";
import type { TenantKey } from "./usage-plans";

export interface TokensArgs {
  readonly table: aws.dynamodb.Table;
  readonly tenants: readonly TenantKey[];
  /** Day on which tokens end, at its first second (UTC); another day makes other tokens. */
  readonly expire: string;
  /** Days of generations before, which stay beside it. */
  readonly before: readonly string[];
}

/** Letters and digits, as many as the authorizer expects: 256 bits. */
const LENGTH = 43;

/** The token of each tenant, as a secret; the table holds its SHA-256 and what it opens, and the same of each generation before. */
export function tenantTokens(
  name: string,
  args: TokensArgs,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<string, pulumi.Output<string>> {
  const days = [args.expire, ...args.before];
  // Names without a day are those of the one generation that there was before there could be two: now the oldest.
  const [oldest] = days.toSorted();
  const tokens = args.tenants.map((tenant) => {
    const [token] = days.map((day) => issued(name, tenant, { ...args, day, isOldest: day === oldest }, opts));
    return [tenant.tenant.name, token!] as const;
  });
  return new Map(tokens);
}

/** Its resources are named by the day, so that a generation stays what it is while others come and go. */
function issued(
  name: string,
  { tenant, usageKey }: TenantKey,
  { table, day, isOldest }: TokensArgs & { readonly day: string; readonly isOldest: boolean },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const named = (before: string) => ({ ...opts, ...(isOldest && { aliases: [{ name: before }] }) });
  const drawn = new random.RandomPassword(
    `${name}-token-${tenant.name}-${day}`,
    { length: LENGTH, special: false, keepers: { expire: day } },
    named(`${name}-token-${tenant.name}`),
  );
  const token = pulumi.secret(pulumi.interpolate`${PREFIX}${drawn.result}`);
  new aws.dynamodb.TableItem(
    `${name}-tenant-${tenant.name}-${day}`,
    { tableName: table.name, hashKey: TOKENS.partition, item: pulumi.secret(rowOf(token, { tenant, usageKey }, day)) },
    named(`${name}-tenant-${tenant.name}`),
  );
  return token;
}

function rowOf(token: pulumi.Output<string>, { tenant, usageKey }: Omit<TenantKey, "apiKey">, day: string) {
  const { publisher, advertiser, seat, permissions } = tenant;
  const expires = String(Date.parse(`${day}T00:00:00Z`) / 1_000);
  const texts = { principal: `${OPAQUE_NAME}/${tenant.name}`, publisher, advertiser, seat, usageKey };
  return pulumi.all([token, texts]).apply(([text, said]) =>
    JSON.stringify({
      [TOKENS.partition]: { S: hashOf(text) },
      [TOKENS.ttl]: { N: expires },
      may: { L: permissions.map((each) => ({ S: each })) },
      ...Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value ? [[key, { S: value }]] : []))),
    }),
  );
}
