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
}

/** Letters and digits, as many as the authorizer expects: 256 bits. */
const LENGTH = 43;

/** The token of each tenant, as a secret; the table holds its SHA-256 and what it opens. */
export function tenantTokens(
  name: string,
  { table, tenants, expire }: TokensArgs,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<string, pulumi.Output<string>> {
  const expires = String(Date.parse(`${expire}T00:00:00Z`) / 1_000);
  const tokens = tenants.map(({ tenant, usageKey }) => {
    const drawn = new random.RandomPassword(
      `${name}-token-${tenant.name}`,
      { length: LENGTH, special: false, keepers: { expire } },
      opts,
    );
    const token = pulumi.secret(pulumi.interpolate`${PREFIX}${drawn.result}`);
    const { publisher, advertiser, seat, permissions } = tenant;
    const texts = { principal: `${OPAQUE_NAME}/${tenant.name}`, publisher, advertiser, seat, usageKey };
    const item = pulumi.all([token, texts]).apply(([text, said]) =>
      JSON.stringify({
        [TOKENS.partition]: { S: hashOf(text) },
        [TOKENS.ttl]: { N: expires },
        may: { L: permissions.map((each) => ({ S: each })) },
        ...Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value ? [[key, { S: value }]] : []))),
      }),
    );
    new aws.dynamodb.TableItem(
      `${name}-tenant-${tenant.name}`,
      { tableName: table.name, hashKey: TOKENS.partition, item: pulumi.secret(item) },
      opts,
    );
    return [tenant.name, token] as const;
  });
  return new Map(tokens);
}
