import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import type { ExchangeSettings } from "../../functions/ad-exchange/bid-handler/settings";
import { readStackConfig } from "../../local/stack-config";
import { verdict } from "../support/iam";
import { ONLY, type RecordedProgram, ROOT, recordProgram } from "../support/recorded-program";

let dev: RecordedProgram;
let prod: RecordedProgram;

before("the exchange alone, in dev and prod", async () => {
  dev = await recordProgram("dev", ONLY.adExchange);
  prod = await recordProgram("prod", ONLY.adExchange);
});

const fn = (program: RecordedProgram, worker: string) => program.named(`ad-exchange-${worker}-function`);
const alias = (program: RecordedProgram, worker: string) => program.named(`ad-exchange-${worker}-live-alias`);
const variables = (program: RecordedProgram, worker: string) =>
  (fn(program, worker).inputs.environment as { variables: Record<string, string> }).variables;

describe("The exchange's functions", () => {
  it("have the memory and the time that the configuration says, on arm64 with traces", () => {
    const of = (worker: string) => {
      const { memorySize, timeout, reservedConcurrentExecutions, architectures, tracingConfig } = fn(
        prod,
        worker,
      ).inputs;
      assert.deepEqual([architectures, tracingConfig], [["arm64"], { mode: "Active" }], worker);
      return [memorySize, timeout, reservedConcurrentExecutions];
    };
    assert.deepEqual(of("bid-handler"), [1_024, 1, 300]);
    assert.deepEqual(of("campaigns"), [512, 10, 10]);
    assert.deepEqual(of("authorizer"), [512, 5, 20]);
    assert.deepEqual(of("indexer"), [512, 30, 10]);
    assert.deepEqual(of("snapshot"), [1_769, 300, 1]);
    assert.deepEqual(of("key-rotation"), [256, 30, 1]);
  });

  it("that callers wait for are published, and invoked by the alias of what is published, everywhere", () => {
    for (const worker of ["bid-handler", "campaigns", "authorizer"]) {
      assert.equal(fn(prod, worker).inputs.publish, true);
      const { name, functionName, functionVersion } = alias(prod, worker).inputs;
      assert.deepEqual([name, functionName, functionVersion], ["live", fn(prod, worker).inputs.name, "1"]);
      const permissions = prod
        .ofType("aws:lambda/permission:Permission")
        .filter(({ inputs }) => inputs.function === fn(prod, worker).inputs.name);
      assert.ok(permissions.length > 0, worker);
      for (const { inputs } of permissions) assert.equal(inputs.qualifier, "live", worker);
    }
    const uris = [
      ...prod.ofType("aws:apigateway/integration:Integration").flatMap(({ inputs }) => inputs.uri ?? []),
      ...prod.ofType("aws:apigateway/authorizer:Authorizer").map(({ inputs }) => inputs.authorizerUri),
    ].map(String);
    assert.equal(uris.length, 7);
    for (const uri of uris)
      assert.match(uri, /:function:lambda-(bid-handler|campaigns|authorizer)-ad-exchange-prod:live\/invocations$/);
  });

  it("are waited for by the gateway for as long as they may take", () => {
    const waits = (slug: string) => prod.named(`ad-exchange-${slug}-integration`).inputs.timeoutMilliseconds;
    assert.deepEqual([waits("post-openrtb2-auction"), waits("patch-v1-campaigns-id")], [1_000, 10_000]);
  });

  it("of the background are not published", () => {
    for (const worker of ["indexer", "snapshot", "key-rotation"]) {
      assert.equal(fn(prod, worker).inputs.publish, undefined);
      assert.throws(() => alias(prod, worker), /0 resources/);
    }
  });

  it("know tables, bucket, secret and parameters by name, and hold no secret", () => {
    const { NOTICE_URL, ...known } = variables(prod, "bid-handler");
    assert.deepEqual(known, {
      SNAPSHOTS_BUCKET: "bucket-snapshots-ad-exchange-123456789012-us-east-1-prod",
      CHANGES_TABLE: "table-changes-ad-exchange-prod",
      DAX_ENDPOINT: "daxs://dax-adx-prod.abc123.dax-clusters.us-east-1.amazonaws.com",
      SIGNING_KEYS_SECRET: prod.named("ad-exchange-signing-keys").state.arn,
      SETTINGS_PARAMETER: "/sluice/prod/ad-exchange/settings",
    });
    assert.equal(NOTICE_URL, prod.outputs.find(({ name }) => name === "adExchangeUrl")?.value);
    assert.match(String(NOTICE_URL), /^https:\/\/[^/]+\.execute-api\.us-east-1\.amazonaws\.com\/live$/);
    assert.equal(variables(dev, "bid-handler").DAX_ENDPOINT, "");
    assert.equal(variables(dev, "campaigns").DAX_ENDPOINT, "");
    const { cacheSize, cacheTtlSeconds } = {
      cacheSize: prod.named("ad-exchange-stage").inputs.cacheClusterSize,
      cacheTtlSeconds: "60",
    };
    assert.equal(variables(prod, "campaigns").CACHE_SECONDS, cacheSize === undefined ? "0" : cacheTtlSeconds);
  });

  it("find the refresh worker and what sells beside the bid handler, and nowhere else", async () => {
    const files = async (worker: string) => {
      const { assets } = fn(prod, worker).inputs.code as pulumi.asset.AssetArchive;
      return Object.keys(await assets).sort();
    };
    const own = ["index.js", "index.js.map"];
    const beside = ["refresh-worker.js", "refresh-worker.js.map", "selling.js", "selling.js.map"];
    assert.deepEqual(await files("bid-handler"), [...own, ...beside]);
    assert.deepEqual(await files("indexer"), own);
  });
});

describe("The bid handler", () => {
  it("is kept ready in prod, follows the load and leaves that to scaling, and not in dev", () => {
    const { inputs } = prod.named("ad-exchange-bid-handler-ready");
    assert.deepEqual(
      [inputs.functionName, inputs.qualifier, inputs.provisionedConcurrentExecutions],
      ["lambda-bid-handler-ad-exchange-prod", "live", 100],
    );
    const target = prod.named("ad-exchange-bid-handler-ready-target").inputs;
    assert.deepEqual(
      [target.serviceNamespace, target.resourceId, target.scalableDimension, target.minCapacity, target.maxCapacity],
      [
        "lambda",
        "function:lambda-bid-handler-ad-exchange-prod:live",
        "lambda:function:ProvisionedConcurrency",
        100,
        240,
      ],
    );
    assert.deepEqual(
      prod.named("ad-exchange-bid-handler-ready-scaling").inputs.targetTrackingScalingPolicyConfiguration,
      {
        predefinedMetricSpecification: { predefinedMetricType: "LambdaProvisionedConcurrencyUtilization" },
        targetValue: 0.7,
      },
    );
    const [declared] = prod.declared.filter(({ name }) => name === "ad-exchange-bid-handler-ready");
    assert.deepEqual(declared?.options.ignoreChanges, ["provisionedConcurrentExecutions"]);
    assert.deepEqual(dev.ofType("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"), []);
    assert.deepEqual(dev.ofType("aws:appautoscaling/target:Target"), []);
  });

  it("is kept ready by schedules as well, where there are any", async () => {
    const bidHandler = {
      ...{ memoryMiB: 1024, timeoutSeconds: 1, reservedConcurrency: 100, provisionedConcurrency: 2, insights: false },
      scaling: { most: 2, utilization: 0.5, schedules: [{ cron: "0 7 ? * MON-FRI *", least: 50, most: 90 }] },
      traces: { perSecond: 0, share: 0 },
    };
    const settings = { ...ONLY.adExchange, adExchangeBidHandler: JSON.stringify(bidHandler) };
    const program = await recordProgram("dev", settings);
    const { schedule, scalableTargetAction, resourceId } = program.named(
      "ad-exchange-bid-handler-ready-schedule-1",
    ).inputs;
    assert.deepEqual(
      [schedule, scalableTargetAction, resourceId],
      [
        "cron(0 7 ? * MON-FRI *)",
        { minCapacity: 50, maxCapacity: 90 },
        "function:lambda-bid-handler-ad-exchange-dev:live",
      ],
    );
    assert.equal(fn(program, "bid-handler").inputs.layers, undefined);
  });

  it("has Lambda Insights of its region beside it, alone of all", () => {
    assert.deepEqual(fn(prod, "bid-handler").inputs.layers, [
      "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:20",
    ]);
    const layered = prod.ofType("aws:lambda/function:Function").filter(({ inputs }) => inputs.layers !== undefined);
    assert.equal(layered.length, 1);
  });

  it("is traced as the gateway in front of it decides, by a rule for auctions", () => {
    const { tags, ...rule } = prod.named("ad-exchange-sampling").inputs;
    assert.deepEqual(rule, {
      ...{ ruleName: "sampling-ad-exchange-prod", version: 1, priority: 100, reservoirSize: 1, fixedRate: 0.001 },
      ...{ serviceType: "AWS::ApiGateway::Stage", serviceName: "api-ad-exchange-prod/live" },
      resourceArn: prod.named("ad-exchange-stage").state.arn,
      ...{ host: "*", httpMethod: "POST", urlPath: "*/openrtb2/auction" },
    });
  });
});

describe("The exchange's tables", () => {
  const TABLES = ["campaigns", "audit", "changes", "tokens"];

  it("are on demand, restorable, and encrypted under one key of ours that is rotated", () => {
    const key = prod.named("ad-exchange-data-key");
    assert.equal(key.inputs.enableKeyRotation, true);
    for (const noun of TABLES) {
      const { billingMode, serverSideEncryption, pointInTimeRecovery } = prod.named(`ad-exchange-${noun}-table`).inputs;
      assert.equal(billingMode, "PAY_PER_REQUEST");
      assert.deepEqual(serverSideEncryption, { enabled: true, kmsKeyArn: key.state.arn });
      assert.deepEqual(pointInTimeRecovery, { enabled: true });
    }
  });

  it("have the keys that adapters read and write by, and forget what expires", () => {
    const of = (noun: string) => {
      const { hashKey, rangeKey, attributes, ttl, streamViewType } = prod.named(`ad-exchange-${noun}-table`).inputs;
      const types = (attributes as { name: string; type: string }[]).map(({ name, type }) => `${name}:${type}`);
      return [
        hashKey,
        rangeKey,
        types.join(" "),
        (ttl as { attributeName?: string } | undefined)?.attributeName,
        streamViewType,
      ];
    };
    assert.deepEqual(of("campaigns"), ["advertiser", "id", "advertiser:S id:S", undefined, "NEW_AND_OLD_IMAGES"]);
    assert.deepEqual(of("audit"), ["campaign", "version", "campaign:S version:N", undefined, undefined]);
    assert.deepEqual(of("changes"), ["slot", "at", "slot:S at:S", "expires", undefined]);
    assert.deepEqual(of("tokens"), ["token", undefined, "token:S", "expires", undefined]);
  });

  it("of campaigns has the name that the configuration gives it", async () => {
    const program = await recordProgram("dev", { ...ONLY.adExchange, adExchangeCampaignsTableName: "Campaigns" });
    assert.equal(program.named("ad-exchange-campaigns-table").inputs.name, "Campaigns");
    assert.equal(variables(program, "campaigns").CAMPAIGNS_TABLE, "Campaigns");
    assert.equal(program.named("ad-exchange-audit-table").inputs.name, "table-audit-ad-exchange-dev");
  });
});

describe("The exchange's cache", () => {
  it("stands in every zone, encrypted at rest and on the way, with times to live of its own", () => {
    const { inputs } = prod.named("ad-exchange-dax-cluster");
    assert.deepEqual(
      [inputs.nodeType, inputs.replicationFactor, inputs.clusterName],
      ["dax.r5.large", 3, "dax-adx-prod"],
    );
    assert.deepEqual([inputs.serverSideEncryption, inputs.clusterEndpointEncryptionType], [{ enabled: true }, "TLS"]);
    assert.equal(inputs.maintenanceWindow, "sun:06:00-sun:07:00");
    assert.equal((prod.named("ad-exchange-dax-subnets").inputs.subnetIds as string[]).length, 3);
    assert.deepEqual(prod.named("ad-exchange-dax-parameters").inputs.parameters, [
      { name: "query-ttl-millis", value: "1000" },
      { name: "record-ttl-millis", value: "60000" },
    ]);
    assert.deepEqual(dev.ofType("aws:dax/cluster:Cluster"), []);
  });
});

describe("The exchange's index", () => {
  it("hears of changes in batches from the first one on, and what is given up on is kept whole", () => {
    const { tags, ...mapping } = prod.named("ad-exchange-campaign-changes-mapping").inputs;
    assert.deepEqual(mapping, {
      eventSourceArn: prod.named("ad-exchange-campaigns-table").state.streamArn,
      functionName: fn(prod, "indexer").state.arn,
      startingPosition: "TRIM_HORIZON",
      ...{ batchSize: 100, maximumBatchingWindowInSeconds: 0, parallelizationFactor: 4 },
      ...{ maximumRetryAttempts: 10, maximumRecordAgeInSeconds: 3_600, bisectBatchOnFunctionError: true },
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: prod.named("ad-exchange-failures-kept-bucket").state.arn } },
    });
    const { messageRetentionSeconds, visibilityTimeoutSeconds } = prod.named(
      "ad-exchange-failures-letters-queue",
    ).inputs;
    assert.deepEqual([messageRetentionSeconds, visibilityTimeoutSeconds], [14 * 86_400, 180]);
  });

  it("is built every five minutes, and a run that fails or cannot begin leaves a trace", () => {
    const rule = prod.named("ad-exchange-snapshot-schedule-rule");
    assert.equal(rule.inputs.scheduleExpression, "rate(5 minutes)");
    const target = prod.named("ad-exchange-snapshot-schedule-target");
    const undelivered = prod.named("ad-exchange-snapshot-schedule-undelivered-queue");
    assert.deepEqual(
      [target.inputs.arn, target.inputs.deadLetterConfig, target.inputs.eventBusName],
      [fn(prod, "snapshot").state.arn, { arn: undelivered.state.arn }, undefined],
    );
    const { sourceArn, principal } = prod.named("ad-exchange-snapshot-schedule-permission").inputs;
    assert.deepEqual([sourceArn, principal], [rule.state.arn, "events.amazonaws.com"]);
    const { maximumRetryAttempts, destinationConfig } = prod.named("ad-exchange-snapshot-schedule-invocation").inputs;
    const failed = prod.named("ad-exchange-snapshot-failures-queue").state.arn;
    assert.deepEqual([maximumRetryAttempts, destinationConfig], [0, { onFailure: { destination: failed } }]);
    const send = {
      action: "sqs:SendMessage",
      resource: String(undelivered.state.arn),
      service: "events.amazonaws.com",
    };
    const policy = prod.named("ad-exchange-snapshot-schedule-undelivered-policy").inputs.policy;
    assert.equal(verdict(policy, { ...send, context: { "aws:SourceArn": String(rule.state.arn) } }), "Allow");
    assert.equal(verdict(policy, { ...send, context: { "aws:SourceArn": `${rule.state.arn}x` } }), "nothing");
  });

  it("waits for no longer than until the next, and than Lambda keeps an event", async () => {
    const ages = async (everyMinutes: number) => {
      const snapshot = JSON.stringify({ memoryMiB: 1769, timeoutSeconds: 60, everyMinutes, keptDays: 7 });
      const program = await recordProgram("dev", { ...ONLY.adExchange, adExchangeSnapshot: snapshot });
      return [
        program.named("ad-exchange-snapshot-schedule-invocation").inputs.maximumEventAgeInSeconds,
        program.named("ad-exchange-age-snapshot-alarm").inputs.threshold,
      ];
    };
    assert.deepEqual(await ages(1), [60, 30_000]);
    assert.deepEqual(await ages(720), [21_600, 10_800_000]);
  });

  it("is built each minute in the singular", async () => {
    const snapshot = '{"memoryMiB":1769,"timeoutSeconds":60,"everyMinutes":1,"keptDays":7}';
    const program = await recordProgram("dev", { ...ONLY.adExchange, adExchangeSnapshot: snapshot });
    assert.equal(program.named("ad-exchange-snapshot-schedule-rule").inputs.scheduleExpression, "rate(1 minute)");
  });

  it("lies in a private bucket for a week, under the key of the tables", () => {
    const [rule] = prod.named("ad-exchange-snapshots-lifecycle").inputs.rules as { expiration: unknown }[];
    assert.deepEqual(rule?.expiration, { days: 7 });
    const [encryption] = prod.named("ad-exchange-snapshots-encryption").inputs.rules as Record<string, unknown>[];
    assert.deepEqual(encryption?.applyServerSideEncryptionByDefault, {
      sseAlgorithm: "aws:kms",
      kmsMasterKeyId: prod.named("ad-exchange-data-key").state.arn,
    });
  });
});

describe("The exchange's signing keys", () => {
  it("begin with a random one that is a secret in the state, and belong to rotation from then on", () => {
    const { secretString, versionStages } = prod.named("ad-exchange-first-signing-key").inputs;
    const { keys } = JSON.parse(String(secretString)) as { keys: { id: string; secret: string; createdAt: string }[] };
    assert.equal(keys.length, 1);
    assert.equal(Buffer.from(keys[0]?.secret ?? "", "base64").length, 32);
    assert.match(keys[0]?.id ?? "", /^[0-9a-f]{8}$/);
    assert.equal(new Date(keys[0]?.createdAt ?? "").toISOString(), keys[0]?.createdAt);
    // With a label of its own: a version that loses its last one is gone, and would be made anew as the current one.
    assert.deepEqual(versionStages, ["AWSCURRENT", "FIRST"]);
    const first = prod.declared.find(({ name }) => name === "ad-exchange-first-signing-key");
    assert.deepEqual(first?.options.ignoreChanges, ["secretString", "versionStages"]);
    assert.deepEqual(prod.named("ad-exchange-first-signing-key").secrets, ["secretString"]);
  });

  it("are encrypted under a key of their own, and leave their name behind when they are destroyed", () => {
    const { kmsKeyId, recoveryWindowInDays } = prod.named("ad-exchange-signing-keys").inputs;
    assert.deepEqual([kmsKeyId, recoveryWindowInDays], [prod.named("ad-exchange-secrets-key").state.arn, 0]);
  });

  it("are rotated at once and every thirty days, by the one function, for the one secret", () => {
    const secret = prod.named("ad-exchange-signing-keys").state.arn;
    const rotation = prod.named("ad-exchange-signing-keys-rotation");
    const { secretId, rotationLambdaArn, rotateImmediately, rotationRules } = rotation.inputs;
    assert.deepEqual(
      [secretId, rotationLambdaArn, rotateImmediately, rotationRules],
      [secret, fn(prod, "key-rotation").state.arn, true, { automaticallyAfterDays: 30 }],
    );
    assert.deepEqual(rotation.dependsOn, [
      "ad-exchange-signing-keys-rotation-permission",
      "ad-exchange-first-signing-key",
    ]);
    const { principal, sourceArn, sourceAccount } = prod.named("ad-exchange-signing-keys-rotation-permission").inputs;
    assert.deepEqual([principal, sourceArn, sourceAccount], ["secretsmanager.amazonaws.com", secret, "123456789012"]);
  });
});

const DEADLINES = {
  ...{ defaultMilliseconds: 80, mostMilliseconds: 300, networkMilliseconds: 10, answerMilliseconds: 5 },
  ports: { segments: 5, fraud: 5, caps: 10, demand: 50, budgets: 15 },
};

describe("The exchange's parameters", () => {
  const value = (program: RecordedProgram, key: string) =>
    JSON.parse(String(program.named(`ad-exchange-${key}-parameter`).inputs.insecureValue)) as unknown;

  it("hold the settings and the issuers of the configuration, as functions read them", async () => {
    const issuers = [
      {
        ...{ name: "acme", issuer: "https://a.example", audience: "sluice", jwksUri: "https://a.example/jwks" },
        claims: { usageKey: "usage" },
      },
    ];
    const settings: ExchangeSettings = {
      ...{ asi: "rtb.example.com", sid: "s-1", ratesMaximumAgeDays: 3, incrementMicros: 5_000 },
      rates: [{ asOf: "2026-11-20", base: "USD", per: { EUR: "0.9213" } }],
      deadlines: DEADLINES,
      ...{ graceSeconds: 60, uncountedImpressions: "refuse" },
      privacy: { gvlId: 7, legitimateInterests: [7], flexiblePurposes: [2], unsaidGdpr: "inside" },
      ...{ testSeat: false, debug: false },
    };
    const program = await recordProgram("dev", {
      ...ONLY.adExchange,
      adExchangeIssuers: JSON.stringify(issuers),
      adExchangeSettings: JSON.stringify(settings),
    });
    assert.deepEqual(value(program, "settings"), settings);
    assert.deepEqual(value(program, "issuers"), issuers);
    assert.deepEqual(value(dev, "issuers"), []);
  });

  it("are the same in prod, but that nobody gets a trace there: it tells what advertisers pay", () => {
    const inProd = value(prod, "settings") as ExchangeSettings;
    assert.equal(inProd.debug, false);
    assert.deepEqual({ ...inProd, debug: true }, value(dev, "settings"));
  });

  it("are refused where a standard parameter would not take them", async () => {
    const per = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [
        `A${String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26))}`,
        "1.123456789",
      ]),
    );
    const settings = {
      ...{
        asi: "rtb.example.com",
        ratesMaximumAgeDays: 3,
        incrementMicros: 5_000,
        privacy: {},
        testSeat: true,
        debug: true,
      },
      rates: [{ asOf: "2026-11-20", base: "USD", per }],
      deadlines: DEADLINES,
      ...{ graceSeconds: 60, uncountedImpressions: "refuse" },
    };
    const made = recordProgram("dev", { ...ONLY.adExchange, adExchangeSettings: JSON.stringify(settings) });
    await assert.rejects(
      made,
      /ad-exchange: adExchangeSettings makes \d+ characters of JSON; a standard parameter takes 4096/,
    );
  });
});

describe("The exchange's outputs", () => {
  it("name what the edge, the tables, the cache, keys and aliases are", () => {
    const value = (program: RecordedProgram, name: string) =>
      program.outputs.find((output) => output.name === `adExchange${name}`)?.value;
    assert.equal(value(prod, "CampaignsTableName"), "table-campaigns-ad-exchange-prod");
    assert.match(
      String(value(prod, "CampaignsTableArn")),
      /^arn:aws:dynamodb:.*:table\/table-campaigns-ad-exchange-prod$/,
    );
    assert.match(String(value(prod, "DaxEndpoint")), /^daxs:\/\/dax-adx-prod\./);
    assert.equal(value(dev, "DaxEndpoint"), "none");
    assert.match(String(value(prod, "WebAclArn")), /^arn:aws:wafv2:/);
    assert.notEqual(value(prod, "AuthorizerId"), undefined);
    for (const worker of ["BidHandler", "Campaigns", "Authorizer"])
      assert.match(String(value(prod, `${worker}AliasArn`)), /:live$/, worker);
    for (const key of ["DataKeyArn", "SecretsKeyArn", "TopicsKeyArn", "LogsKeyArn"])
      assert.match(String(value(prod, key)), /^arn:aws:kms:/, key);
    assert.equal(value(prod, "DashboardName"), "dashboard-ad-exchange-prod");
  });

  it("say where the DNS record of a domain has to lead", async () => {
    const domain = {
      name: "rtb.example.com",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    };
    const { config } = readStackConfig(ROOT, "dev");
    const api = JSON.stringify({ ...JSON.parse(String(config["sluice:adExchangeApi"])), domain });
    const program = await recordProgram("dev", { ...ONLY.adExchange, adExchangeApi: api });
    const value = (from: RecordedProgram, name: string) =>
      from.outputs.find((output) => output.name === `adExchange${name}`)?.value;
    const { regionalDomainName, regionalZoneId } = program.named("ad-exchange-domain").state;
    assert.deepEqual(
      [value(program, "DomainTarget"), value(program, "DomainZoneId")],
      [regionalDomainName, regionalZoneId],
    );
    assert.notEqual(regionalDomainName, undefined);
    assert.deepEqual([value(dev, "DomainTarget"), value(dev, "DomainZoneId")], ["none", "none"]);
  });
});
