import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { definitionHash, type Part } from "../../../../components/ad-exchange/edge-definition";
import { type RecordedProgram, recordResources } from "../../../support/recorded-program";
import { GATEWAY, recordEdge, type Sample, sampleEdge } from "./sample";

/** What a deployment is a snapshot of (API Gateway API reference: resources under a RestApi that a Deployment takes). */
const SNAPSHOT = [
  ...["RestApi", "RestApiPolicy", "Authorizer", "Model", "RequestValidator", "Resource", "Response"],
  ...["Method", "Integration", "MethodResponse", "IntegrationResponse"],
].map(GATEWAY);

const triggerOf = (program: RecordedProgram) =>
  (program.named("x-deployment").inputs.triggers as { definition: string }).definition;
const hashOf = (parts: readonly Part[]) => new Promise<string>((resolve) => void definitionHash(parts).apply(resolve));

describe("A deployment", () => {
  const PRIVATE: Sample = { api: { endpointType: "private", vpcEndpointIds: ["vpce-0123456789abcdef0"] } };

  it("comes after everything that it is a snapshot of", async () => {
    const program = await recordEdge(PRIVATE);
    const parts = program.resources.filter(({ type }) => SNAPSHOT.includes(type)).map(({ name }) => name);
    assert.equal(parts.length > 40, true, `${parts.length} parts`);
    assert.deepEqual([...program.named("x-deployment").dependsOn].sort(), parts.sort());
  });

  it("is another when any part of the definition is another, or gone", async () => {
    let parts: readonly Part[] = [];
    const program = await recordResources(() => {
      parts = sampleEdge(PRIVATE).definition.parts;
    });
    const all = program.resources.filter(({ type }) => SNAPSHOT.includes(type)).map(({ name }) => name);
    assert.deepEqual(parts.map(({ name }) => name).sort(), all.sort());
    const resolved = await new Promise<Part[]>(
      (resolve) => void pulumi.output(parts).apply((all) => resolve(all as Part[])),
    );
    const hash = await hashOf(resolved);
    assert.equal(await hashOf(parts), hash);
    const seen = new Set([hash]);
    for (const [index, part] of resolved.entries()) {
      const others = Object.keys(part.args).map((key) => ({ ...part, args: { ...part.args, [key]: "another" } }));
      for (const other of [...others, { ...part, args: { ...part.args, more: 1 } }, { ...part, name: "another" }]) {
        const changed = await hashOf(resolved.with(index, other));
        assert.equal(seen.has(changed), false, `${part.name}: ${JSON.stringify(other.args).slice(0, 200)}`);
        seen.add(changed);
      }
      assert.notEqual(await hashOf(resolved.toSpliced(index, 1)), hash, part.name);
    }
  });

  it("is the same in whatever order parts and their arguments are written", async () => {
    const keys = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom("a", "b", "c"), fc.jsonValue({ maxDepth: 2 })),
        keys,
        async (args, names) => {
          const parts = names.map((name) => ({ name, args }));
          const turned = names
            .map((name) => ({ name, args: Object.fromEntries(Object.entries(args).reverse()) }))
            .reverse();
          assert.equal(await hashOf(turned), await hashOf(parts));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is another for every setting that the API is made of, and the same for the same", async () => {
    const samples: Record<string, Sample> = {
      same: {},
      "the authorizer's time": { api: { authorizerTtlSeconds: 299 } },
      "the auction's time": { auctionMilliseconds: 1_001 },
      "the domain": {
        api: { domain: { name: "a.example.com", certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } },
      },
      "the kind of endpoint": PRIVATE,
      "the endpoints": { api: { ...PRIVATE.api, vpcEndpointIds: ["vpce-0123456789abcdef1"] } },
    };
    const first = triggerOf(await recordEdge());
    const hashes = new Map<string, string>();
    for (const [what, sample] of Object.entries(samples)) hashes.set(what, triggerOf(await recordEdge(sample)));
    assert.equal(hashes.get("same"), first);
    assert.equal(new Set(hashes.values()).size, hashes.size, JSON.stringify([...hashes]));
  });

  it("stays the same when only the stage changes", async () => {
    const first = triggerOf(await recordEdge());
    for (const api of [
      { cacheSize: 1.6 },
      { cacheTtlSeconds: 5 },
      { requestsPerSecond: 1 },
      { loggingRole: "none" },
    ] as const)
      assert.equal(triggerOf(await recordEdge({ api })), first, JSON.stringify(api));
  });
});

describe("The stage", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordEdge();
  });
  const settingsOf = (recorded: RecordedProgram) =>
    new Map(
      recorded
        .ofType(GATEWAY("MethodSettings"))
        .map(({ inputs }) => [String(inputs.methodPath), inputs.settings as Record<string, unknown>]),
    );

  it("serves the deployment, is traced, and stands only once its functions may be invoked", () => {
    const { inputs, dependsOn } = program.named("x-stage");
    assert.equal(inputs.deployment, program.named("x-deployment").id);
    assert.equal(inputs.stageName, "live");
    assert.equal(inputs.xrayTracingEnabled, true);
    const permissions = program.ofType("aws:lambda/permission:Permission").map(({ name }) => name);
    assert.deepEqual(
      permissions.filter((name) => !dependsOn.includes(name)),
      [],
    );
  });

  it("has settings for every method by itself", () => {
    assert.deepEqual([...settingsOf(program).keys()].sort(), [
      "health/GET",
      "openrtb2/auction/POST",
      "v1/campaigns/GET",
      "v1/campaigns/POST",
      "v1/campaigns/{id}/DELETE",
      "v1/campaigns/{id}/GET",
      "v1/campaigns/{id}/PATCH",
    ]);
  });

  it("caches one method only: encrypted, for a minute, and a caller renews what is kept for it", () => {
    const cached = [...settingsOf(program)].filter(([, { cachingEnabled }]) => cachingEnabled !== false);
    assert.deepEqual(
      cached.map(([path]) => path),
      ["v1/campaigns/{id}/GET"],
    );
    const [, settings] = cached[0]!;
    assert.equal(settings.cachingEnabled, true);
    assert.equal(settings.cacheTtlInSeconds, 60);
    assert.equal(settings.cacheDataEncrypted, true);
    assert.equal(settings.requireAuthorizationForCacheControl, false);
    const { cacheClusterEnabled, cacheClusterSize } = program.named("x-stage").inputs;
    assert.deepEqual([cacheClusterEnabled, cacheClusterSize], [true, "0.5"]);
  });

  it("keys what it caches by caller, id and the version in hand, all of which the method declares", () => {
    const keys = program
      .ofType(GATEWAY("Integration"))
      .flatMap(({ name, inputs }) => (inputs.cacheKeyParameters ? [[name, inputs.cacheKeyParameters] as const] : []));
    const key = [
      "method.request.header.Authorization",
      "method.request.header.If-None-Match",
      "method.request.path.id",
    ];
    assert.deepEqual(keys, [["x-get-v1-campaigns-id-integration", key]]);
    const { requestParameters } = program.named("x-get-v1-campaigns-id-method").inputs;
    assert.deepEqual(Object.keys(requestParameters as object).sort(), key);
  });

  it("caches nothing where there is no cache", async () => {
    const without = await recordEdge({ api: { cacheSize: 0 } });
    assert.equal(without.named("x-stage").inputs.cacheClusterEnabled, false);
    assert.equal(without.named("x-stage").inputs.cacheClusterSize, undefined);
    for (const [path, { cachingEnabled }] of settingsOf(without)) assert.equal(cachingEnabled, false, path);
  });

  it("throttles every method, counts every one, and writes no body down", () => {
    const limits: Record<string, unknown> = {};
    for (const [path, settings] of settingsOf(program)) {
      assert.deepEqual([settings.metricsEnabled, settings.dataTraceEnabled], [true, false], path);
      assert.equal(settings.loggingLevel, "ERROR", path);
      limits[path] = [settings.throttlingRateLimit, settings.throttlingBurstLimit];
    }
    assert.deepEqual(limits["openrtb2/auction/POST"], [10_000, 5_000]);
    assert.deepEqual(limits["v1/campaigns/POST"], [200, 400]);
    assert.deepEqual(limits["health/GET"], [20, 40]);
  });

  it("logs no errors where it may not log", async () => {
    const without = await recordEdge({ api: { loggingRole: "none" } });
    for (const [path, { loggingLevel }] of settingsOf(without)) assert.equal(loggingLevel, "OFF", path);
  });

  it("gives campaigns no more than the auction where that is less", async () => {
    const slow = settingsOf(await recordEdge({ api: { requestsPerSecond: 7, burst: 9 } }));
    const { throttlingRateLimit, throttlingBurstLimit } = slow.get("v1/campaigns/GET")!;
    assert.deepEqual([throttlingRateLimit, throttlingBurstLimit], [7, 9]);
  });
});
