import type { APIGatewayAuthorizerResult } from "aws-lambda";
import { type FetchKeys, KeySets } from "../../../../../functions/ad-exchange/adapters/jwks";
import { DynamoTokens } from "../../../../../functions/ad-exchange/adapters/tokens";
import { authorize } from "../../../../../functions/ad-exchange/authorizer/authorizer";
import { parseIssuers } from "../../../../../functions/ad-exchange/domain/auth/issuers";
import { Parameters } from "../../../../../functions/shared/parameters";
import { FakeLog, FakeMetrics, FakeParameterSource, ManualClock } from "../../../handlers/support/fakes";
import { TinyDynamo } from "../../../handlers/support/tiny-dynamo";
import { ecPair, jwkOf, type Pair, rsaPair } from "./issuing";

export const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/live";
export const USAGE_KEY = "usage-key-of-publisher-1";

export const ACME: Pair = rsaPair("acme-1");
export const ZETA: Pair = ecPair("zeta-1");

/** Two issuers: one that speaks for many publishers, one that is an advertiser's own. */
export const ISSUERS = [
  {
    ...{ name: "acme", issuer: "https://acme.example/", audience: "exchange" },
    jwksUri: "https://acme.example/jwks",
    ...{ revokedKeys: ["acme-lost"], revokedTokens: ["stolen"], maximumAgeSeconds: 7_200 },
    claims: { publisher: "pub", advertiser: "adv", usageKey: "use" },
  },
  {
    ...{ name: "zeta", issuer: "https://zeta.example/", audience: ["exchange", "ads"] },
    jwksUri: "https://zeta.example/jwks",
    may: ["campaigns:read", "campaigns:write"],
    claims: { permissions: "rights" },
    fixed: { advertiser: "zeta", seat: "seat-zeta", usageKey: "usage-key-of-advertiser-zeta" },
  },
];

/** The authorizer in a world of its own: real time, since the verifying library reads it, and what moves beside it. */
export class Authorizing {
  readonly clock = new ManualClock(Date.now());
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  readonly source: FakeParameterSource;
  readonly dynamo = new TinyDynamo().table("tokens", ["token", "token"]);
  readonly book = new DynamoTokens(this.dynamo.client, "tokens");
  /** What issuers publish. */
  readonly published = new Map<string, object[]>([
    ["https://acme.example/jwks", [jwkOf(ACME)]],
    ["https://zeta.example/jwks", [jwkOf(ZETA)]],
  ]);
  readonly fetched: string[] = [];
  down = false;
  private readonly keys: KeySets;
  private readonly parameters;

  constructor(issuers: unknown = ISSUERS) {
    this.source = new FakeParameterSource(new Map([["/issuers", JSON.stringify(issuers)]]));
    this.keys = new KeySets(this.fetchKeys, this.clock);
    this.parameters = new Parameters({
      names: { issuers: "/issuers" },
      source: this.source,
      clock: this.clock,
      parse: ({ issuers }) => parseIssuers(issuers),
      ttlSeconds: () => 60,
    });
  }

  /** Seconds since the epoch. */
  get now(): number {
    return Math.floor(this.clock.now() / 1_000);
  }

  /** Claims of a good token of acme. */
  claims(changes: object = {}): object {
    return {
      ...{ iss: "https://acme.example/", aud: "exchange", sub: "server-7", scope: "openid auction" },
      ...{ pub: "p1", use: USAGE_KEY, iat: this.now - 60, exp: this.now + 600 },
      ...changes,
    };
  }

  async answer(authorizationToken: unknown, methodArn = `${STAGE}/POST/openrtb2/auction`) {
    const { clock, log, metrics, keys, book: tokens } = this;
    const world = { issuers: () => this.parameters.current(), ...{ keys, tokens, clock, log, metrics } };
    const event = { authorizationToken: authorizationToken as string, methodArn };
    return authorize(event, { awsRequestId: "r-1" }, world);
  }

  /** What came out, in a word: the context's tenant, "403", or the reason of a 401. */
  async outcome(token: string): Promise<string> {
    let result: APIGatewayAuthorizerResult;
    try {
      result = await this.answer(`Bearer ${token}`);
    } catch (error) {
      if ((error as Error).message !== "Unauthorized") throw error;
      return `401 ${this.metrics.records.at(-1)?.reason}`;
    }
    if (result.policyDocument.Statement.some(({ Effect }) => Effect === "Deny")) return "403";
    return String(result.context?.publisher ?? result.context?.advertiser);
  }

  private readonly fetchKeys: FetchKeys = async (uri) => {
    this.fetched.push(uri);
    if (this.down) throw new Error("connect ECONNREFUSED");
    return { keys: this.published.get(uri) ?? [] } as never;
  };
}
