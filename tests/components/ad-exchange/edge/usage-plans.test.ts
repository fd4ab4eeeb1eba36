import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { TenantSettings } from "../../../../components/ad-exchange/edge-config";
import { type UsagePlans, usagePlans } from "../../../../components/ad-exchange/usage-plans";
import { type RecordedProgram, recordResources } from "../../../support/recorded-program";
import { GATEWAY, NAMES, SETTINGS, sampleEdge } from "./sample";

const record = (tenants: readonly TenantSettings[], made: (plans: UsagePlans) => void = () => {}) =>
  recordResources(() =>
    made(usagePlans("x", { names: NAMES, tiers: SETTINGS.tiers, tenants, stage: sampleEdge().stage }, {})),
  );

describe("Usage plans", () => {
  let program: RecordedProgram;
  let plans: UsagePlans | undefined;
  before(async () => {
    program = await record(SETTINGS.tenants, (made) => {
      plans = made;
    });
  });

  it("are one a tier, on the stage, with the tier's rate and quota", () => {
    const of = (name: string) => program.named(`x-${name}-usage-plan`).inputs;
    assert.equal(program.ofType(GATEWAY("UsagePlan")).length, 3);
    assert.deepEqual(of("standard").throttleSettings, { rateLimit: 100, burstLimit: 200 });
    assert.equal(of("standard").quotaSettings, undefined);
    assert.deepEqual(of("premium").throttleSettings, { rateLimit: 2_000, burstLimit: 4_000 });
    assert.deepEqual(of("premium").quotaSettings, { limit: 1_000_000, offset: 0, period: "DAY" });
    assert.equal(of("premium").name, "usage-plan-premium-ad-exchange-dev");
  });

  it("limit every method: the auction as the tier, campaigns to less, and never to more than the tier", () => {
    const limitsOf = (tier: string) => {
      const { apiStages } = program.named(`x-${tier}-usage-plan`).inputs;
      const [only, ...more] = apiStages as { apiId: string; stage: string; throttles: Record<string, unknown>[] }[];
      assert.deepEqual([only?.apiId, only?.stage, more], [program.named("x-api").id, "live", []]);
      return Object.fromEntries(
        only!.throttles.map(({ path, rateLimit, burstLimit }) => [path, [rateLimit, burstLimit]]),
      );
    };
    const all = (auction: readonly number[], campaigns: readonly number[]) => ({
      "/openrtb2/auction/POST": auction,
      "/v1/campaigns/GET": campaigns,
      "/v1/campaigns/{id}/GET": campaigns,
      "/v1/campaigns/POST": campaigns,
      "/v1/campaigns/{id}/PATCH": campaigns,
      "/v1/campaigns/{id}/DELETE": campaigns,
    });
    assert.deepEqual(limitsOf("standard"), all([100, 200], [10, 20]));
    assert.deepEqual(limitsOf("premium"), all([2_000, 4_000], [30, 40]));
    assert.deepEqual(limitsOf("trial"), all([5, 6], [5, 6]));
  });

  it("have a key a tenant, random and secret, in the plan of its tier", async () => {
    const keys = program.ofType(GATEWAY("ApiKey"));
    assert.deepEqual(keys.map(({ inputs }) => inputs.name).sort(), [
      "api-key-acme-ad-exchange-dev",
      "api-key-shoes-ad-exchange-dev",
    ]);
    for (const { length, special } of program
      .ofType("random:index/randomPassword:RandomPassword")
      .map((each) => each.inputs as { length: number; special: boolean }))
      assert.deepEqual([length >= 20 && length <= 128, special], [true, false]);
    assert.deepEqual(program.named("x-acme-usage-plan-key").inputs, {
      keyId: program.named("x-acme-usage-key").id,
      keyType: "API_KEY",
      usagePlanId: program.named("x-premium-usage-plan").id,
    });
    assert.equal(program.named("x-shoes-usage-plan-key").inputs.usagePlanId, program.named("x-standard-usage-plan").id);
  });

  it("give back each tenant's key, as a secret", async () => {
    assert.deepEqual(
      plans?.tenants.map(({ tenant }) => tenant),
      SETTINGS.tenants,
    );
    const values = [];
    for (const { usageKey } of plans?.tenants ?? []) {
      assert.equal(await pulumi.isSecret(usageKey), true);
      values.push(await new Promise((resolve) => void usageKey.apply(resolve)));
    }
    const given = ["acme", "shoes"].map((name) => program.named(`x-${name}-usage-key`).inputs.value);
    assert.deepEqual(values, given);
    assert.equal(new Set(given).size, 2);
  });

  it("refuse a tenant of no tier", async () => {
    const [tenant] = SETTINGS.tenants;
    await assert.rejects(record([{ ...tenant!, tier: "gold" }]), (error: Error) => {
      assert.equal(pulumi.ResourceError.isInstance(error), true, String(error));
      assert.equal(error.message, "x: tier of tenant acme is gold; give one of standard, premium, trial.");
      return true;
    });
  });
});
