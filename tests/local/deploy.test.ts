import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Cloud, startCloud } from "../../local/cloud";
import { type Deployment, deploy } from "../../local/deploy";
import { leftovers } from "../../local/leftovers";
import { MATERIALISERS } from "../../local/resources";
import type { Program } from "../../local/run-program";
import { UNSUPPORTED } from "../../local/unsupported";

const root = join(__dirname, "../..");
const deploying = (cloud: Cloud, program: () => unknown, stallMilliseconds = 60_000) =>
  deploy(cloud, {
    root,
    stack: "local",
    program: async () => (await program()) as Awaited<ReturnType<Program>>,
    stallMilliseconds,
  });

describe("A deployment that fails", () => {
  let cloud: Cloud;
  before(async () => {
    cloud = await startCloud({ root, stateName: "test-failing" });
  });
  after(() => cloud.stop());
  afterEach(async () => assert.deepEqual(await leftovers(cloud), [], "what had been made was not removed"));

  const queue = (name: string, args: aws.sqs.QueueArgs = {}) => new aws.sqs.Queue(name, { name, ...args });

  const failures: readonly { readonly title: string; readonly program: () => unknown; readonly says: RegExp }[] = [
    {
      title: "names the resource and AWS's error when AWS refuses it",
      program: () => {
        const good = new aws.cloudwatch.LogGroup("good", { name: "taken" });
        new aws.cloudwatch.LogGroup("bad", { name: good.name });
      },
      says: /^stack local: bad \(aws:cloudwatch\/logGroup:LogGroup\): .*already exists/,
    },
    {
      title: "names what was never registered when an apply throws",
      program: () => {
        const good = queue("good");
        const name = good.name.apply((): string => {
          throw new Error("no name for you");
        });
        new aws.sqs.Queue("nameless", { name });
      },
      says: /no name for you\n.*never registered: nameless \(aws:sqs\/queue:Queue\)/,
    },
    {
      title: "names what was never registered when a promise is rejected",
      program: () => new aws.sqs.Queue("nameless", { name: Promise.reject(new Error("no name for you")) }),
      says: /no name for you\n.*never registered: nameless/,
    },
    {
      title: "tells the error of an apply that nothing depends on",
      program: () => {
        queue("good").arn.apply(() => {
          throw new Error("heard by nobody");
        });
      },
      says: /heard by nobody/,
    },
    {
      title: "tells the error of an output",
      program: () => ({
        url: queue("good").url.apply(() => {
          throw new Error("no such output");
        }),
      }),
      says: /no such output/,
    },
    {
      title: "tells the error of the program",
      program: () => {
        queue("good");
        throw new pulumi.RunError("the settings are wrong");
      },
      says: /the settings are wrong/,
    },
    {
      title: "names a type that the cloud cannot make",
      program: () => new aws.backup.Vault("vault"),
      says: /vault \(aws:backup\/vault:Vault\): the embedded cloud cannot make aws:backup\/vault:Vault; add it to local\/resources/,
    },
    {
      title: "names an input that would not be carried over",
      program: () => queue("q", { namePrefix: "x", deduplicationScope: "queue" }),
      says: /q \(.*\): .*namePrefix.*deduplicationScope|q \(.*\): .*deduplicationScope.*namePrefix/,
    },
    {
      title: "names a region that is not the cloud's",
      program: () => queue("q", { region: "eu-central-1" }),
      says: /q \(.*\): region is eu-central-1; the embedded cloud is deployed to in us-east-1/,
    },
    {
      title: "names two resources of one type and name",
      program: () => [queue("q"), new aws.sqs.Queue("q", { name: "another" })],
      says: /q \(aws:sqs\/queue:Queue\): two resources/,
    },
    {
      title: "names an input with an output in its text",
      program: () => queue("q", { policy: `{"Resource": "${queue("p").arn}"}` }),
      says: /q \(.*\): policy holds an Output as text/,
    },
    {
      title: "names a provider function that has no answer here",
      program: () => aws.iam.getPolicyDocument({ statements: [] }),
      says: /getPolicyDocument is computed by the provider.*policy\(/,
    },
    {
      title: "names a target that events cannot be delivered to",
      program: () => {
        const rule = new aws.cloudwatch.EventRule("r", { name: "r", eventPattern: '{"source":["s"]}' });
        const arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
        new aws.cloudwatch.EventTarget("t", { rule: rule.name, arn });
      },
      says: /t \(.*\): arn is arn:aws:kinesis.*; a target can be/,
    },
  ];
  for (const { title, program, says } of failures) {
    it(title, async () => {
      const before = process.listeners("unhandledRejection");
      await assert.rejects(deploying(cloud, program), (error: Error) => {
        assert.match(error.message, says);
        return true;
      });
      assert.deepEqual(process.listeners("unhandledRejection"), before);
    });
  }

  it("does not wait for ever for a value that never comes", async () => {
    const program = () => new aws.sqs.Queue("waiting", { name: new Promise<string>(() => {}) });
    await assert.rejects(deploying(cloud, program, 1000), /nothing happened for 1 s.*\n.*never registered: waiting/);
  });

  it("does not spoil the next one", async () => {
    const deployment = await deploying(cloud, () => ({ url: queue("good").url }));
    assert.match(String(deployment.outputs.url), /\/000000000000\/good$/);
    await deployment.destroy();
  });
});

describe("The whole program on the embedded cloud", () => {
  let cloud: Cloud;
  let deployment: Deployment;
  const seen: { done: number; declared: number }[] = [];
  before(async () => {
    cloud = await startCloud({ root, stateName: "test-whole" });
    const progress = (done: number, declared: number) => seen.push({ done, declared });
    deployment = await deploy(cloud, { root, stack: "local", progress });
  });
  after(() => cloud.stop());

  it("stands complete, each resource with the identity that the cloud gave it", () => {
    assert.ok(deployment.resources.length >= 100, `${deployment.resources.length} resources`);
    for (const { name, urn, id, seconds } of deployment.resources) {
      assert.ok(id, `${name} has no id`);
      assert.match(urn, new RegExp(`^urn:pulumi:local::sluice::.*::${name}$`));
      assert.ok(seconds >= 0);
    }
    const types = new Set(deployment.resources.map(({ type }) => type));
    for (const type of types) assert.notEqual(type in MATERIALISERS, type in UNSUPPORTED, type);
  });

  it("tells its progress", () => {
    assert.equal(seen.length, deployment.resources.length);
    assert.deepEqual(seen.at(-1), { done: seen.length, declared: seen.length });
  });

  it("has outputs of plain values, secrets opened", () => {
    const { marketDataBusName, marketDataAlertsTopicArn } = deployment.outputs;
    assert.equal(marketDataBusName, "bus-market-data-local");
    assert.match(String(marketDataAlertsTopicArn), /^arn:aws:sns:us-east-1:000000000000:/);
    assert.ok(Object.keys(deployment.outputs).length >= 40);
    assert.doesNotMatch(JSON.stringify(deployment.outputs), /Calling \[to|undefined|4dabf18193072939515e22adb298388d/);
  });

  it("knows of every function what it takes to run it, and of every target where its events go", () => {
    assert.equal(deployment.functions.size, 12);
    const names = [...deployment.functions.values()].flatMap(({ name, asyncConfig }) =>
      asyncConfig?.onFailureArn ? [name] : [],
    );
    assert.equal(names.length, 4);
    assert.equal(
      deployment.mappings.every(({ onFailureArn }) => onFailureArn !== undefined),
      true,
    );
    for (const [arn, fn] of deployment.functions) {
      assert.equal(fn.arn, arn);
      assert.ok(existsSync(join(fn.codeFile, "index.js")), `${fn.name} has no code`);
    }
    assert.deepEqual(deployment.targets.map(({ targetArn }) => targetArn.split(":").at(-1)).sort(), names.sort());
    for (const { deadLetterArn, retryPolicy, ruleName } of deployment.targets) {
      assert.match(String(deadLetterArn), /undelivered/);
      // What a schedule begins is begun again by its next run.
      assert.equal(retryPolicy.maximumRetryAttempts, ruleName.startsWith("rule-snapshot") ? 2 : 185);
    }
  });

  it("is taken away without a trace, and can be deployed again", async () => {
    await deployment.destroy();
    assert.deepEqual(await leftovers(cloud), []);
    const again = await deploy(cloud, { root, stack: "local", overrides: { marketDataReservedConcurrency: "5" } });
    const ingestion = [...again.functions.values()].find(({ name }) => name.startsWith("lambda-ingestion"));
    assert.equal(ingestion?.reservedConcurrency, 5);
    await again.destroy();
    assert.deepEqual(await leftovers(cloud), []);
  });
});
