import assert from "node:assert/strict";
import { z } from "zod";
import { edgeKeys, edgeMistakes, edgeSettings } from "../../../../components/ad-exchange/edge-config";
import { readStackConfig } from "../../../../local/stack-config";
import { ROOT } from "../../../support/recorded-program";
import { REGION, SETTINGS } from "./sample";

const GIVEN = {
  adExchangeApi: SETTINGS.api,
  adExchangeTiers: SETTINGS.tiers,
  adExchangeTenants: SETTINGS.tenants,
  adExchangeGuard: SETTINGS.guard,
  adExchangeEdgeAlarms: SETTINGS.alarms,
};
type Given = { readonly [Key in keyof typeof GIVEN]?: unknown };
const texts = (given: Given) =>
  Object.fromEntries(Object.entries({ ...GIVEN, ...given }).map(([key, value]) => [key, JSON.stringify(value)]));
const parse = (given: Given = {}) => z.object(edgeKeys).safeParse(texts(given));

const api = (more: object) => ({ adExchangeApi: { ...SETTINGS.api, ...more } });
const rules = (more: object) => ({ adExchangeGuard: { ...SETTINGS.guard, ...more } });
const strangers = (more: object) =>
  rules({ strangers: { requestsPerSecond: 100, knownAddresses: ["198.51.100.0/24", "2001:db8::/48"], ...more } });
const tenant = (more: object) => ({ adExchangeTenants: [{ ...SETTINGS.tenants[0], ...more }] });

describe("The edge's configuration", () => {
  it("is read from text", () => {
    assert.deepEqual(edgeSettings(parse().data!), SETTINGS);
    assert.deepEqual(edgeMistakes(parse().data!, REGION, 20), []);
  });

  for (const stack of ["dev", "prod", "local"] as const)
    it(`is sound in stack ${stack}, and makes no role for the account`, () => {
      const { config } = readStackConfig(ROOT, stack);
      const given = Object.fromEntries(Object.keys(edgeKeys).map((key) => [key, config[`sluice:${key}`]]));
      const { data, error } = z.object(edgeKeys).safeParse(given);
      assert.equal(error, undefined);
      assert.deepEqual(edgeMistakes(data!, REGION, 20), []);
      assert.notEqual(data?.adExchangeApi.loggingRole, "ours");
    });

  for (const [given, path] of [
    [api({ endpointType: "edge" }), "adExchangeApi.endpointType"],
    [api({ cacheSize: 1 }), "adExchangeApi.cacheSize"],
    [api({ cacheTtlSeconds: 3_601 }), "adExchangeApi.cacheTtlSeconds"],
    [api({ authorizerTtlSeconds: 3_601 }), "adExchangeApi.authorizerTtlSeconds"],
    [api({ loggingRole: true }), "adExchangeApi.loggingRole"],
    [api({ compressFromBytes: 10_485_761 }), "adExchangeApi.compressFromBytes"],
    [
      api({ domain: { name: "Example", certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } }),
      "adExchangeApi.domain.name",
    ],
    [api({ domain: { name: "a.example.com", certificateArn: "1" } }), "adExchangeApi.domain.certificateArn"],
    [api({ vpcEndpointIds: ["vpc-1"] }), "adExchangeApi.vpcEndpointIds.0"],
    [{ adExchangeTiers: [] }, "adExchangeTiers"],
    [{ adExchangeTiers: [SETTINGS.tiers[0], SETTINGS.tiers[0]] }, "adExchangeTiers"],
    [{ adExchangeTiers: [{ ...SETTINGS.tiers[0], burst: 0 }] }, "adExchangeTiers.0.burst"],
    [{ adExchangeTenants: [SETTINGS.tenants[0], SETTINGS.tenants[0]] }, "adExchangeTenants"],
    [tenant({ permissions: ["all"] }), "adExchangeTenants.0.permissions.0"],
    [tenant({ permissions: [] }), "adExchangeTenants.0.permissions"],
    [tenant({ publisher: undefined }), "adExchangeTenants.0.publisher"],
    [tenant({ permissions: ["campaigns:write"], advertiser: "a" }), "adExchangeTenants.0.advertiser"],
    [rules({ mode: "off" }), "adExchangeGuard.mode"],
    [rules({ windowSeconds: 90 }), "adExchangeGuard.windowSeconds"],
    [rules({ callerRequestsPerSecond: 0 }), "adExchangeGuard.callerRequestsPerSecond"],
    [rules({ bodyKiB: 5_121 }), "adExchangeGuard.bodyKiB"],
    [strangers({ knownAddresses: [] }), "adExchangeGuard.strangers.knownAddresses"],
    [strangers({ knownAddresses: ["198.51.100.7"] }), "adExchangeGuard.strangers.knownAddresses.0"],
    [strangers({ knownAddresses: ["2001:db8::/48", "0.0.0.0/0"] }), "adExchangeGuard.strangers.knownAddresses.1"],
    [strangers({ requestsPerSecond: 0 }), "adExchangeGuard.strangers.requestsPerSecond"],
    [
      { adExchangeEdgeAlarms: { ...SETTINGS.alarms, serverErrorPercent: 101 } },
      "adExchangeEdgeAlarms.serverErrorPercent",
    ],
  ] as const)
    it(`refuses ${JSON.stringify(Object.values(given)[0]).slice(0, 60)} at ${path}`, () => {
      const issues = parse(given).error?.issues ?? [];
      assert.deepEqual(
        issues.map(({ path: at }) => at.join(".")),
        [path],
      );
    });

  const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/1";
  for (const [what, given, key, says] of [
    [
      "a private API that nothing reaches",
      api({ endpointType: "private" }),
      "adExchangeApi",
      /vpcEndpointIds of execute-api/,
    ],
    [
      "endpoints of a regional API",
      api({ vpcEndpointIds: ["vpce-01234567"] }),
      "adExchangeApi",
      /give no vpcEndpointIds/,
    ],
    [
      "a certificate of another region",
      api({ domain: { name: "a.example.com", certificateArn } }),
      "adExchangeApi",
      /give a certificate of us-east-1/,
    ],
    [
      "a domain of a private API",
      api({
        endpointType: "private",
        vpcEndpointIds: ["vpce-01234567"],
        domain: { name: "a.example.com", certificateArn: certificateArn.replace("eu-west-1", "us-east-1") },
      }),
      "adExchangeApi",
      /give domain null/,
    ],
    ["a tier faster than the API", api({ requestsPerSecond: 1_999 }), "adExchangeTiers", /at most .* 1999/],
    ["a tenant of no tier", tenant({ tier: "gold" }), "adExchangeTenants", /standard, premium, trial/],
    [
      "a firewall slower than a tier",
      rules({ callerRequestsPerSecond: 1_999 }),
      "adExchangeGuard",
      /at least the fastest tier's, 2000/,
    ],
    [
      "an address slower than a caller",
      rules({ addressRequestsPerSecond: 1_999 }),
      "adExchangeGuard",
      /at least callerRequestsPerSecond, 2000/,
    ],
    [
      "strangers who could keep the authorizer busy",
      strangers({ requestsPerSecond: 200 }),
      "adExchangeGuard",
      /below 200, of which adExchangeAuthorizer.reservedConcurrency/,
    ],
    [
      "a rate of strangers that WAF cannot say",
      strangers({ requestsPerSecond: 1.001 }),
      "adExchangeGuard",
      /whole number from 10/,
    ],
    [
      "a rate that WAF cannot say",
      rules({ addressRequestsPerSecond: 5_000.001 }),
      "adExchangeGuard",
      /whole number from 10/,
    ],
  ] as const)
    it(`tells ${what}`, () => {
      const { data } = parse(given);
      assert.notEqual(data, undefined, JSON.stringify(parse(given).error));
      const mistakes = edgeMistakes(data!, REGION, 20);
      assert.deepEqual(
        mistakes.map((each) => each.key),
        [key],
      );
      assert.match(mistakes[0]!.says, says);
    });

  it("takes strangers that ask less than the authorizer can judge, and no more than anybody", () => {
    const tellsOf = (perSecond: number, authorizers: number | undefined) =>
      edgeMistakes(parse(strangers({ requestsPerSecond: perSecond })).data!, REGION, authorizers).map(
        ({ says }) => says,
      );
    assert.deepEqual(tellsOf(199, 20), []);
    assert.deepEqual(tellsOf(5_000, undefined), []);
    assert.match(tellsOf(5_001, undefined).join(), /at most addressRequestsPerSecond, 5000/);
  });
});
