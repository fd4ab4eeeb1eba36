import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../components/shared/bundle";
import { DaxCache } from "../../components/shared/dax";
import { DeadLetters } from "../../components/shared/dead-letters";
import { FailureStore } from "../../components/shared/failure-store";
import { ownKey } from "../../components/shared/keys";
import { Lambda, type LambdaArgs } from "../../components/shared/lambda";
import { hasInsights, insightsLayer } from "../../components/shared/lambda-insights";
import { scheduleToLambda } from "../../components/shared/schedule-to-lambda";
import { keyedTable } from "../../components/shared/stateful";
import { tableToLambda } from "../../components/shared/table-to-lambda";
import { queries, queriesThrough, tells } from "../../components/shared/verbs";
import { warmed } from "../../components/shared/warm";
import { BESIDE } from "../../functions/ad-exchange/bid-handler/beside";
import { statementsOf } from "../support/iam";
import { recordResources } from "../support/recorded-program";
import { ACCOUNT, network, refuses } from "./support/networks";

const SAMPLE = "tests/support/sample-handler.ts";
const lambdaArgs: LambdaArgs<Record<string, never>> = {
  names: { function: "lambda-x-dev", role: "role-x-dev", logGroup: "/aws/lambda/lambda-x-dev" },
  ...{ description: "A sample", entry: SAMPLE, env: {}, type: "Sample" },
  ...{ memoryMiB: 256, timeoutSeconds: 30, reservedConcurrency: 10, logRetentionDays: 7 },
};
const key = () => ownKey("k", { alias: "alias/key-k-dev", description: "K", account: ACCOUNT, keyDeletionDays: 7 }, {});

/** KiB of the bid handler's index.js, which its start consists of, and of the file that is loaded once there is something to sell by. */
const HOT_BUDGET_KIB = 48;
const SELLING_BUDGET_KIB = 100;

describe("A bundle of several files", () => {
  const texts = async (archive: pulumi.asset.AssetArchive) =>
    (await archive.assets) as Record<string, pulumi.asset.StringAsset>;

  it("has each module in a file of its own, with its source map and its size", async () => {
    const { archive, bytes, files } = await bundleOf(SAMPLE, { worker: "tests/bench/figures.ts" });
    const assets = await texts(archive);
    assert.deepEqual(Object.keys(assets).sort(), ["index.js", "index.js.map", "worker.js", "worker.js.map"]);
    assert.deepEqual(Object.keys(files), ["index.js", "worker.js"]);
    for (const [file, { bytes: size, inputs }] of Object.entries(files)) {
      assert.equal(size, Buffer.byteLength(String(await assets[file]?.text)));
      assert.match(inputs[0]?.[0] ?? "", file === "index.js" ? /sample-handler/ : /figures/);
    }
    assert.equal(bytes, files["index.js"]?.bytes);
  });

  it("is another one than that of the module alone, and each is made once", async () => {
    const beside = { worker: "tests/bench/figures.ts" };
    assert.equal(await bundleOf(SAMPLE, beside), await bundleOf(SAMPLE, { ...beside }));
    assert.notEqual(await bundleOf(SAMPLE, beside), await bundleOf(SAMPLE));
  });

  it(`keeps the bid handler's index.js at ${HOT_BUDGET_KIB} KiB, what sells at ${SELLING_BUDGET_KIB}, both without SDK and zod`, async () => {
    const { files } = await bundleOf("functions/ad-exchange/bid-handler/index.ts", BESIDE);
    assert.deepEqual(
      Object.keys(files).sort(),
      ["index.js", ...Object.keys(BESIDE).map((name) => `${name}.js`)].sort(),
    );
    for (const [file, budget] of [
      ["index.js", HOT_BUDGET_KIB],
      ["selling.js", SELLING_BUDGET_KIB],
    ] as const) {
      const { bytes = 0, inputs = [] } = files[file] ?? {};
      const largest = inputs.slice(0, 5).map(([path, size]) => `${path} ${size}`);
      assert.equal(bytes <= budget * 1024, true, `${file}: ${bytes} bytes; largest inputs: ${largest.join(", ")}`);
      assert.deepEqual(
        inputs.filter(([path]) => path.startsWith("node_modules/")),
        [],
      );
    }
  });

  it("has the index and all that sells by it in the bid handler's second file alone, so that no start waits for it", async () => {
    const { inputs } = await bundleOf("functions/ad-exchange/bid-handler/index.ts", BESIDE);
    const early = inputs.map(([path]) => path).filter((path) => /sale\.ts$|campaign-index\.ts$|signer\.ts$/.test(path));
    assert.deepEqual(early, []);
  });
});

describe("A published Lambda", () => {
  it("is invoked by its alias, which follows what is deployed", async () => {
    const program = await recordResources(() => {
      const { invoked } = new Lambda("x", { ...lambdaArgs, alias: "live" }, {});
      new Lambda(
        "y",
        { ...lambdaArgs, env: { ARN: tells(invoked.arn), INVOKE: tells(invoked.invokeArn) } } as never,
        {},
      );
    });
    assert.equal(program.named("x-function").inputs.publish, true);
    assert.equal(program.named("x-live-alias").inputs.functionVersion, "1");
    const { variables } = program.named("y-function").inputs.environment as { variables: Record<string, string> };
    assert.match(variables.ARN ?? "", /:function:lambda-x-dev:live$/);
    assert.match(variables.INVOKE ?? "", /function:lambda-x-dev:live\/invocations$/);
  });

  it("is invoked itself without an alias, and publishes nothing", async () => {
    const program = await recordResources(() => {
      const { invoked } = new Lambda("x", lambdaArgs, {});
      assert.equal(invoked.qualifier, undefined);
      new Lambda("y", { ...lambdaArgs, env: { ARN: tells(invoked.arn) } } as never, {});
    });
    assert.equal(program.named("x-function").inputs.publish, undefined);
    const { variables } = program.named("y-function").inputs.environment as { variables: Record<string, string> };
    assert.match(variables.ARN ?? "", /:function:lambda-x-dev$/);
  });

  it("has the rights of its layers, and the ways that they need", async () => {
    const layers = [insightsLayer({ region: "eu-west-1", account: ACCOUNT })];
    const names = { ...lambdaArgs.names, securityGroup: "security-group-x-dev" };
    const program = await recordResources(
      () => new Lambda("x", { ...lambdaArgs, names, layers, network: network({ interfaceEndpoints: ["logs"] }) }, {}),
    );
    assert.deepEqual(program.named("x-function").inputs.layers, [
      "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension-Arm64:20",
    ]);
    const resources = statementsOf(program.named("x-policy").inputs.policy).flatMap(({ Resource }) => Resource);
    assert.equal(
      resources.includes(`arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/aws/lambda-insights:*`),
      true,
      resources.join(),
    );
    assert.equal(program.named("x-to-endpoints-443").inputs.toPort, 443);
  });

  it("has Insights only where the layer is known", () => {
    assert.equal(hasInsights("us-east-1"), true);
    assert.equal(hasInsights("mars-north-1"), false);
    assert.throws(
      () => insightsLayer({ region: "mars-north-1", account: ACCOUNT }),
      /not known in mars-north-1; leave it out/,
    );
  });
});

describe("A Lambda that is kept ready", () => {
  const WARMTH = { least: 2, most: 2, utilization: 0.5, schedules: [] };

  it("stays at its number where nothing scales it, and the program may change that", async () => {
    const program = await recordResources(() => {
      const fn = new Lambda("x", { ...lambdaArgs, alias: "live" }, {});
      warmed("x", fn, WARMTH, { parent: fn });
    });
    assert.equal(program.named("x-ready").inputs.provisionedConcurrentExecutions, 2);
    const declared = program.declared.find(({ name }) => name === "x-ready");
    assert.equal(declared?.options.ignoreChanges, undefined);
    assert.deepEqual(program.ofType("aws:appautoscaling/target:Target"), []);
  });

  it("is bounded by its schedules where it has any, whatever a deployment finds", async () => {
    const ignored = async (schedules: Parameters<typeof warmed>[2]["schedules"]) => {
      const program = await recordResources(() => {
        const fn = new Lambda("x", { ...lambdaArgs, alias: "live" }, {});
        warmed("x", fn, { ...WARMTH, most: 3, schedules }, { parent: fn });
      });
      return program.declared.find(({ name }) => name === "x-ready-target")?.options.ignoreChanges;
    };
    assert.deepEqual(await ignored([{ cron: "0 6 * * ? *", least: 3, most: 9 }]), ["minCapacity", "maxCapacity"]);
    assert.equal(await ignored([]), undefined);
  });

  it("has to have an alias", async () => {
    await refuses(() => {
      const fn = new Lambda("x", lambdaArgs, {});
      warmed("x", fn, WARMTH, { parent: fn });
    }, "x: the function has no alias; AWS keeps only those ready.");
  });
});

describe("A cache in front of tables", () => {
  const cache = (nodes: number) => {
    const of = key();
    const table = keyedTable(
      "t",
      { name: "table-t-dev", partitionKey: { name: "id", type: "S" }, type: "Sample", key: of },
      {},
    );
    return new DaxCache(
      "c",
      {
        names: {
          ...{ cluster: "dax-c-dev", parameterGroup: "p", subnetGroup: "s", role: "role-c-dev" },
          securityGroup: "security-group-c-dev",
        },
        ...{
          description: "Sample",
          network: network(),
          tables: [{ table, by: queries }],
          key: of,
          nodeType: "dax.t3.small",
          nodes,
        },
        ...{ itemTtlSeconds: 30, queryTtlSeconds: 2, maintenanceWindow: "sun:06:00-sun:07:00" },
      },
      {},
    );
  };

  for (const nodes of [0, 12, 1.5])
    it(`refuses ${nodes} nodes`, () =>
      refuses(() => cache(nodes), `c: nodes is ${nodes}; give a whole number from 1 to 11.`));

  it("is made once its role may read, and is reached with TLS", async () => {
    const program = await recordResources(() => {
      const made = cache(1);
      new Lambda("y", { ...lambdaArgs, env: { DAX: queriesThrough(made) } } as never, {});
    });
    assert.deepEqual(program.named("c-cluster").dependsOn, ["c-policy"]);
    const { variables } = program.named("y-function").inputs.environment as { variables: Record<string, string> };
    assert.match(variables.DAX ?? "", /^daxs:\/\//);
  });
});

describe("The edge from a table to a function", () => {
  it("lets Lambda read the stream, alone of the table, and decrypt it, by a policy of its own", async () => {
    const program = await recordResources(() => {
      const of = key();
      const shape = { name: "table-t-dev", partitionKey: { name: "id", type: "S" }, type: "Sample" } as const;
      const table = keyedTable("t", { ...shape, key: of, streamed: true }, {});
      const names = { bucketName: "bucket-f-dev", queueName: "queue-f-dev" };
      const kept = new FailureStore(
        "f",
        { ...names, account: ACCOUNT, key: of, keptDays: 30, letterDays: 14, hiddenSeconds: 60 },
        {},
      );
      const failures = { kept, retryAttempts: 3, maximumAgeSeconds: 3_600 };
      const to = new Lambda("x", { ...lambdaArgs, alias: "live" }, {});
      tableToLambda(
        "e",
        { from: { table, key: of }, to, batchSize: 10, windowSeconds: 1, parallelization: 2, failures },
        {},
      );
    });
    const read = statementsOf(program.named("e-policy").inputs.policy).filter(({ Resource }) =>
      [Resource].flat().some((arn) => !/s3:::/.test(String(arn))),
    );
    const stream = program.named("t").state.streamArn;
    assert.deepEqual(
      read.map(({ Action, Resource }) => [[Action].flat().sort().join(" "), [Resource].flat().join(" ")]),
      [
        ["dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator", stream],
        ["dynamodb:ListStreams", "*"],
        ["kms:Decrypt kms:GenerateDataKey", program.named("k").state.arn],
      ],
    );
    // Through the alias: what is rolled back is rolled back for the stream as well.
    assert.match(String(program.named("e-mapping").inputs.functionName), /:live$/);
    assert.deepEqual(program.named("e-mapping").dependsOn, ["e-policy", "f"]);
  });
});

describe("The edge from a clock to a function", () => {
  it("stands behind the permission and the queues, and gives up what the next run does anyway", async () => {
    const program = await recordResources(() => {
      const to = new Lambda("x", lambdaArgs, {});
      const failed = new DeadLetters("failed", { name: "queue-failed-dev" }, {});
      const failures = { failed, retryAttempts: 0, maximumEventAgeSeconds: 60, undeliveredName: "queue-u-dev" };
      scheduleToLambda("e", { ruleName: "rule-e-dev", description: "E", everyMinutes: 3, to, failures }, {});
    });
    const { inputs, dependsOn } = program.named("e-target");
    assert.deepEqual(inputs.retryPolicy, { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 180 });
    assert.deepEqual(dependsOn, ["e-permission", "e-invocation", "e-undelivered-policy"]);
    assert.equal(program.named("e-rule").inputs.scheduleExpression, "rate(3 minutes)");
  });
});
