import assert from "node:assert/strict";
import { verdict } from "../support/iam";
import { ONLY, type RecordedProgram, type RecordedResource, recordProgram } from "../support/recorded-program";

const LISTENER = "aws:lb/listener:Listener";
let dev: RecordedProgram;
let prod: RecordedProgram;

before("clickstream alone, in dev and prod", async () => {
  dev = await recordProgram("dev", ONLY.clickstream);
  prod = await recordProgram("prod", ONLY.clickstream);
});

describe("Clickstream's load balancer", () => {
  it("is internal, in every zone's private subnet, and drops what is no header", () => {
    const { inputs } = prod.named("clickstream-alb");
    assert.deepEqual([inputs.internal, inputs.enableHttp2, inputs.dropInvalidHeaderFields], [true, true, true]);
    const subnets = prod.resources.filter(({ name, type }) => type.endsWith(":Subnet") && /private/.test(name));
    assert.deepEqual(
      inputs.subnets,
      subnets.map(({ id }) => id),
    );
    assert.equal(subnets.length, 3);
  });

  it("speaks TLS 1.2 or newer with the configured certificate, and sends plain HTTP there", () => {
    const https = prod.named("clickstream-https-listener").inputs;
    assert.deepEqual([https.port, https.protocol], [443, "HTTPS"]);
    assert.equal(https.sslPolicy, "ELBSecurityPolicy-TLS13-1-2-2021-06");
    assert.match(String(https.certificateArn), /^arn:aws:acm:us-east-1:/);
    assert.deepEqual(prod.named("clickstream-http-listener").inputs.defaultActions, [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
    assert.equal(prod.ofType(LISTENER).length, 2);
  });

  it("speaks plain HTTP in dev, where the configuration says so, and nothing else", () => {
    const [only, ...more] = dev.ofType(LISTENER).map(({ inputs }) => [inputs.protocol, inputs.port]);
    assert.deepEqual([only, more], [["HTTP", 80], []]);
  });

  it("hands what is read and erased to the reader, everything else to the collector", () => {
    for (const [program, listener] of [
      [dev, "clickstream-http-listener"],
      [prod, "clickstream-https-listener"],
    ] as const) {
      const group = (worker: string) => program.named(`clickstream-${worker}-target-group`).state.arn;
      const forward = (worker: string) => [{ type: "forward", targetGroupArn: group(worker) }];
      assert.deepEqual(program.named(listener).inputs.defaultActions, forward("collector"));
      const rule = program.named("clickstream-reader-rule").inputs;
      assert.equal(rule.listenerArn, program.named(listener).state.arn);
      assert.deepEqual(rule.actions, forward("reader"));
      assert.deepEqual(rule.conditions, [
        { pathPattern: { values: ["/v1/users/*", "/v1/anonymous/*", "/v1/event-types/*"] } },
      ]);
    }
  });

  it("asks each function for its health as AWS advises, and may invoke it before it is attached", () => {
    for (const worker of ["collector", "reader"]) {
      const { targetType, lambdaMultiValueHeadersEnabled, healthCheck } = dev.named(
        `clickstream-${worker}-target-group`,
      ).inputs;
      assert.deepEqual([targetType, lambdaMultiValueHeadersEnabled], ["lambda", true]);
      assert.deepEqual(healthCheck, {
        ...{ enabled: true, path: "/health", matcher: "200", interval: 30, timeout: 5 },
        ...{ healthyThreshold: 2, unhealthyThreshold: 2 },
      });
      assert.deepEqual(dev.named(`clickstream-${worker}-target`).dependsOn, [`clickstream-${worker}-permission`]);
      const { action, principal, sourceArn } = dev.named(`clickstream-${worker}-permission`).inputs;
      assert.deepEqual([action, principal], ["lambda:InvokeFunction", "elasticloadbalancing.amazonaws.com"]);
      assert.equal(sourceArn, dev.named(`clickstream-${worker}-target-group`).state.arn);
    }
  });

  it("lets in the network by default, and the configured ranges instead where there are any", async () => {
    const callers = (program: RecordedProgram) =>
      program
        .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        .filter(({ name }) => name.startsWith("clickstream-alb-"))
        .map(({ inputs }) => `${inputs.cidrIpv4}:${inputs.fromPort}-${inputs.toPort}`)
        .sort();
    assert.deepEqual(callers(dev), ["10.20.0.0/16:80-80"]);
    assert.deepEqual(callers(prod), ["10.20.0.0/16:443-443", "10.20.0.0/16:80-80"]);
    // A rule keeps its name when the list changes around it: AWS would refuse a second one of the same range.
    const names = (program: RecordedProgram) =>
      program.resources.filter(({ name }) => name.startsWith("clickstream-alb-callers-")).map(({ name }) => name);
    const fewer = await recordProgram("dev", { ...ONLY.clickstream, clickstreamClients: '["192.168.4.0/24"]' });
    assert.deepEqual(names(fewer), ["clickstream-alb-callers-192-168-4-0-24-80"]);
    const ranges = { clickstreamClients: '["10.0.0.0/8","192.168.4.0/24"]' };
    assert.deepEqual(callers(await recordProgram("dev", { ...ONLY.clickstream, ...ranges })), [
      "10.0.0.0/8:80-80",
      "192.168.4.0/24:80-80",
    ]);
  });

  it("logs into a bucket that takes its logs alone, encrypted as log delivery wants it", () => {
    const bucket = "bucket-access-clickstream-123456789012-us-east-1-prod";
    const { accessLogs } = prod.named("clickstream-alb").inputs;
    assert.deepEqual(accessLogs, { bucket, prefix: "alb", enabled: true });
    assert.deepEqual(prod.named("clickstream-access-logs-encryption").inputs.rules, [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
    const put = (account: string, resource: string, service = "logdelivery.elasticloadbalancing.amazonaws.com") =>
      verdict(prod.named("clickstream-access-logs-policy").inputs.policy, {
        ...{ action: "s3:PutObject", resource: `arn:aws:s3:::${bucket}/${resource}`, service },
        context: {
          "aws:SourceAccount": account,
          "aws:SourceArn": `arn:aws:elasticloadbalancing:us-east-1:${account}:loadbalancer/app/alb-clickstream-prod/50dc`,
        },
      });
    const own = "123456789012";
    assert.equal(put(own, `alb/AWSLogs/${own}/x.log.gz`), "Allow");
    assert.equal(put("999999999999", `alb/AWSLogs/${own}/x.log.gz`), "nothing");
    assert.equal(put(own, "elsewhere"), "nothing");
    assert.equal(put(own, `alb/AWSLogs/${own}/x.log.gz`, "delivery.logs.amazonaws.com"), "nothing");
  });
});

describe("Clickstream's stream", () => {
  it("is encrypted with a rotated key of its own, and counts shard by shard", () => {
    const { inputs } = prod.named("clickstream-stream");
    assert.deepEqual([inputs.encryptionType, inputs.kmsKeyId], ["KMS", prod.named("clickstream-data-key").state.arn]);
    assert.equal(prod.named("clickstream-data-key").inputs.enableKeyRotation, true);
    assert.equal(prod.named("clickstream-data-key-alias").inputs.name, "alias/key-data-clickstream-prod");
    assert.equal((inputs.shardLevelMetrics as string[]).length, 7);
  });

  it("has the shards and the days of its stack, or follows the load", async () => {
    const of = ({ inputs }: RecordedResource) => [
      ...[(inputs.streamModeDetails as { streamMode: string }).streamMode, inputs.shardCount, inputs.retentionPeriod],
    ];
    assert.deepEqual(of(dev.named("clickstream-stream")), ["PROVISIONED", 2, 24]);
    assert.deepEqual(of(prod.named("clickstream-stream")), ["PROVISIONED", 10, 168]);
    const onDemand = await recordProgram("dev", { ...ONLY.clickstream, clickstreamStreamMode: "on-demand" });
    assert.deepEqual(of(onDemand.named("clickstream-stream")), ["ON_DEMAND", undefined, 24]);
  });

  it("goes to processing with headroom in every stack", () => {
    for (const [program, factor] of [
      [dev, 10],
      [prod, 8],
    ] as const) {
      const { batchSize, maximumBatchingWindowInSeconds, parallelizationFactor, ...more } = program.named(
        "clickstream-processing-stream-mapping",
      ).inputs;
      assert.deepEqual([batchSize, maximumBatchingWindowInSeconds, parallelizationFactor], [100, 5, factor]);
      assert.deepEqual([more.maximumRetryAttempts, more.maximumRecordAgeInSeconds], [3, 3_600]);
      const shards = Number(program.named("clickstream-stream").inputs.shardCount);
      const { reservedConcurrentExecutions, memorySize, timeout } = program.named(
        "clickstream-processing-function",
      ).inputs;
      assert.deepEqual([reservedConcurrentExecutions, memorySize, timeout], [100, 512, 60]);
      assert.ok(shards * factor <= 80);
    }
  });

  it("has its dead letters wait for 14 days, hidden from others six times as long as processing may take", () => {
    const { messageRetentionSeconds, visibilityTimeoutSeconds } = prod.named(
      "clickstream-failures-letters-queue",
    ).inputs;
    assert.deepEqual([messageRetentionSeconds, visibilityTimeoutSeconds], [14 * 86_400, 360]);
  });
});

describe("Clickstream's tables", () => {
  it("are encrypted, restorable, and streamed where changes are to be followed", () => {
    for (const noun of ["events", "sessions", "ids", "links", "quarantine"]) {
      const { inputs } = prod.named(`clickstream-${noun}-table`);
      assert.deepEqual(inputs.serverSideEncryption, { enabled: true }, noun);
      assert.deepEqual(inputs.pointInTimeRecovery, { enabled: true }, noun);
      assert.equal(inputs.streamViewType, noun === "events" ? "NEW_AND_OLD_IMAGES" : undefined, noun);
    }
    assert.deepEqual(prod.named("clickstream-ids-table").inputs.ttl, { attributeName: "expiresAt", enabled: true });
  });

  it("are provisioned, with every index, when the configuration says so", async () => {
    const capacity = { mode: "provisioned", read: 20, write: 20, most: 10 };
    const settings = { ...ONLY.clickstream, clickstreamCapacity: JSON.stringify(capacity) };
    const provisioned = await recordProgram("dev", settings);
    const targets = provisioned.ofType("aws:appautoscaling/target:Target").map(({ inputs }) => inputs);
    assert.equal(targets.length, 2 * (5 + 3));
    assert.deepEqual(
      [...new Set(targets.map(({ minCapacity, maxCapacity }) => `${minCapacity} ${maxCapacity}`))],
      ["20 200"],
    );
    assert.equal(dev.ofType("aws:appautoscaling/target:Target").length, 0);
  });
});

describe("Clickstream's parameters", () => {
  const value = (program: RecordedProgram, key: string) => program.named(`clickstream-${key}-parameter`).inputs;

  it("hold hashes of keys, and never a key", async () => {
    const hash = "0".repeat(64);
    const settings = {
      clickstreamWriteKeys: JSON.stringify({ web: [hash] }),
      clickstreamAccessKeys: JSON.stringify({ desk: { hashes: [hash], may: ["read"] } }),
    };
    const program = await recordProgram("dev", { ...ONLY.clickstream, ...settings });
    assert.deepEqual(JSON.parse(String(value(program, "write-keys").insecureValue)), { web: [hash] });
    assert.deepEqual(JSON.parse(String(value(program, "access-keys").insecureValue)), {
      desk: { hashes: [hash], may: ["read"] },
    });
  });

  it("keep the key of hashed addresses in a secure string, and make one only where addresses are hashed", async () => {
    assert.deepEqual(JSON.parse(String(value(dev, "policy").value)).address, { kind: "truncate" });
    assert.deepEqual(dev.ofType("random:index/randomPassword:RandomPassword"), []);
    const hashed = await recordProgram("dev", { ...ONLY.clickstream, clickstreamAddresses: "hash" });
    assert.equal(value(hashed, "policy").type, "SecureString");
    assert.equal(hashed.named("clickstream-address-key").inputs.length, 64);
    assert.equal(JSON.parse(String(value(hashed, "policy").value)).address.kind, "hash");
  });
});
