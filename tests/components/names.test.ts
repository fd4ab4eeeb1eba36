import assert from "node:assert/strict";
import fc from "fast-check";
import { type NamedKind, Names } from "../../components/shared/names";

const names = new Names({ project: "sluice", environment: "dev" });
const LONGEST: Readonly<Record<NamedKind, number>> = {
  lambda: 64,
  role: 64,
  table: 255,
  queue: 80,
  topic: 256,
  bus: 256,
  rule: 64,
  archive: 48,
  alias: 256,
  alarm: 255,
  dashboard: 255,
  stream: 128,
  loadBalancer: 32,
  targetGroup: 32,
  bucket: 63,
  securityGroup: 255,
  secret: 512,
  dax: 20,
  daxParameters: 255,
  daxSubnets: 255,
  samplingRule: 32,
  api: 255,
  authorizer: 128,
  usagePlan: 255,
  apiKey: 255,
  webAcl: 128,
  ipSet: 128,
  logPolicy: 255,
  vpc: 256,
  endpoint: 256,
};

describe("Names", () => {
  it("are resource type, purpose, environment", () => {
    assert.equal(names.of("lambda", "ingestion-market-data"), "lambda-ingestion-market-data-dev");
    assert.equal(names.of("alias", "topics-market-data"), "alias/key-topics-market-data-dev");
    assert.equal(names.logGroup("lambda-x-dev"), "/aws/lambda/lambda-x-dev");
    assert.equal(names.flowLogGroup("vpc-network-dev"), "/aws/vpc/vpc-network-dev");
    assert.equal(names.apiLogGroup("api-x-dev"), "/aws/apigateway/api-x-dev");
    assert.equal(names.webAclLogGroup("waf-x-dev"), "aws-waf-logs-waf-x-dev");
    assert.equal(names.parameter("market-data", "tunables"), "/sluice/dev/market-data/tunables");
  });

  it("of security groups do not begin with sg-, which AWS keeps for ids", () => {
    assert.equal(names.of("securityGroup", "endpoints-network"), "security-group-endpoints-network-dev");
  });

  it("end with the suffix when there is one", () => {
    const suffixed = new Names({ project: "sluice", environment: "dev", suffix: "pr-7" });
    assert.equal(suffixed.of("queue", "ingestion-dlq-market-data"), "queue-ingestion-dlq-market-data-dev-pr-7");
    assert.equal(suffixed.parameter("market-data", "tunables"), "/sluice/dev-pr-7/market-data/tunables");
    assert.equal(new Names({ project: "sluice", environment: "dev", suffix: "" }).of("bus", "x"), "bus-x-dev");
  });

  for (const [kind, longest] of Object.entries(LONGEST) as [NamedKind, number][]) {
    it(`of a ${kind} take ${longest} characters and no more`, () => {
      const spare = longest - names.of(kind, "x").length + 1;
      assert.equal(names.of(kind, "x".repeat(spare)).length, longest);
      assert.throws(() => names.of(kind, "x".repeat(spare + 1)), {
        name: "RangeError",
        message: new RegExp(`has ${longest + 1} characters; AWS takes \\d+ to ${longest}: give a shorter name`),
      });
    });
  }

  it("refuse characters that the service refuses, and say which it takes", () => {
    assert.throws(() => names.of("lambda", "in.gestion"), /AWS takes letters, digits, - and _ only/);
    assert.throws(() => names.of("bucket", "Raw"), /lower-case letters, digits and -/);
    assert.throws(() => names.of("dax", "a--b"), /lower-case letters, digits and single -/);
    assert.throws(() => names.of("queue", "x.fifo"), /AWS takes letters/);
    assert.throws(() => names.parameter("market data", "x"), /15 levels/);
    assert.throws(() => names.logGroup("a b"), /letters, digits and/);
  });

  it("of different purposes never collide", () => {
    const purpose = fc.stringMatching(/^[a-z]{1,8}(-[a-z]{1,8})?$/);
    fc.assert(
      fc.property(purpose, purpose, (one, other) => {
        fc.pre(one !== other);
        assert.notEqual(names.of("queue", one), names.of("queue", other));
      }),
    );
  });
});
