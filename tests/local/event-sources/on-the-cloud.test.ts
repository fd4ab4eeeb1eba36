import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DescribeLogStreamsCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateArchiveCommand, DescribeReplayCommand, StartReplayCommand } from "@aws-sdk/client-eventbridge";
import { RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { type Cloud, startCloud } from "../../../local/cloud";
import { type EventSourceOptions, type EventSources, startEventSources } from "../../../local/event-sources";
import { Faults } from "../../../local/event-sources/faults";
import { bundleHandler, Estate } from "./estate";

const ROOT = join(__dirname, "../../..");
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const numberOf = ({ body }: { readonly body: string }) => JSON.parse(body).detail.n as number;
const ascending = (a: number, b: number) => a - b;

describe("event sources on the embedded cloud", function () {
  this.timeout(30_000);
  let cloud: Cloud;
  let estate: Estate;
  let sources: EventSources | undefined;
  let out: { url: string; arn: string };
  let failures: { url: string; arn: string };
  const lines: string[] = [];

  const start = (options: EventSourceOptions = {}) => {
    const deployment = { functions: estate.functions, targets: estate.targets };
    const fast = { timeScale: 1 / 600, policyMilliseconds: 50, logFlushMilliseconds: 200 };
    sources = startEventSources(cloud, deployment, { ...fast, onLog: (line) => lines.push(line), ...options });
    return sources;
  };

  let code: string;

  before(async () => {
    code = bundleHandler();
    cloud = await startCloud({ root: ROOT, stateName: "test-event-sources" });
  });
  beforeEach(async () => {
    estate = new Estate(cloud, code);
    lines.length = 0;
  });
  afterEach(async () => {
    await sources?.stop();
    sources = undefined;
    estate.close();
  });
  after(async () => {
    rmSync(code, { recursive: true, force: true });
    await cloud.stop();
  });

  // Names are per test: the cloud keeps what an earlier test made.
  let names = 0;
  async function prepare() {
    const name = `t${names++}`;
    if (names === 1) await estate.open();
    out = await estate.queue(`out-${name}`);
    failures = await estate.queue(`failures-${name}`);
    return name;
  }

  it("deliver the event as EventBridge wrote it, once, under the function's role, and leave no message behind", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url, { reservedConcurrency: 4 });
    await estate.rule(name, fn.arn);
    const running = start();
    const ids = await estate.put(
      name,
      numbers(25).map((n) => ({ n, text: "ü€" })),
    );
    await running.idle();
    const got = await estate.drain(out.url);
    const events = got.map(({ body }) => JSON.parse(body));
    assert.deepEqual(events.map(({ id }) => id).sort(), [...ids].sort());
    const { id, time, detail, ...envelope } = events[0];
    assert.deepEqual(envelope, {
      ...{ version: "0", "detail-type": "Test", source: name, account: "000000000000", region: "us-east-1" },
      resources: [],
    });
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(id.length === 36 && detail.text === "ü€");
    const { functions, deliveries, problems } = running.stats;
    const { accepted, succeeded, invocations, lost, duration, init, eventAge } = functions[name]!;
    assert.deepEqual([accepted, succeeded, invocations, lost], [25, 25, 25, 0]);
    assert.ok(duration.p50 > 0 && duration.p99 >= duration.p95 && init.count >= 1 && eventAge.count >= 25);
    assert.deepEqual(deliveries[`rule-${name} > ${name}`], {
      ...{ received: 25, delivered: 25, retries: 0, deadLettered: 0, dropped: 0 },
    });
    assert.deepEqual(problems, []);
    assert.equal((await estate.drain(estate.targets[0]!.deliveryQueueUrl)).length, 0);
  });

  it("put the workers' lines into one stream each, with the function's role", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url, { reservedConcurrency: 2 });
    await estate.rule(name, fn.arn);
    const running = start();
    await estate.put(
      name,
      numbers(12).map((n) => ({ n })),
    );
    await running.idle();
    await running.stop();
    const { events = [] } = await estate.clients.logs.send(new FilterLogEventsCommand({ logGroupName: fn.logGroup }));
    const printed = events.map(({ message = "{}" }) => JSON.parse(message).n as number);
    assert.deepEqual(printed.sort(ascending), numbers(12));
    assert.equal(lines.length, 12);
    const { logStreams = [] } = await estate.clients.logs.send(
      new DescribeLogStreamsCommand({ logGroupName: fn.logGroup }),
    );
    assert.ok(logStreams.length >= 1 && logStreams.length <= 2, `${logStreams.length}`);
    assert.match(logStreams[0]?.logStreamName ?? "", /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  it("refuse a function what its role was not granted", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [failures.arn], out.url, { asyncConfig: { onFailureArn: failures.arn } });
    await estate.rule(name, fn.arn);
    const running = start();
    await estate.put(name, [{ n: 1 }]);
    await running.idle();
    const [letter] = await estate.drain(failures.url);
    const { requestContext, requestPayload, responsePayload } = JSON.parse(letter?.body ?? "{}");
    assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ["RetriesExhausted", 3]);
    assert.equal(requestPayload.detail.n, 1);
    assert.match(responsePayload.errorMessage, /not authorized to perform: sqs:sendmessage/i);
    assert.match(responsePayload.errorType, /AccessDenied/);
  });

  it("report a letter that the function's role may not send: the event is lost, and said to be", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url, { asyncConfig: { onFailureArn: failures.arn } });
    await estate.rule(name, fn.arn);
    const running = start();
    await estate.put(name, [{ n: 1, fail: "on purpose" }]);
    await running.idle();
    const { lost, letters, deliveryFailures, errors } = running.stats.functions[name]!;
    assert.deepEqual([lost, letters, deliveryFailures, errors], [1, 0, 1, { Error: 3 }]);
    const text = running.stats.problems.join("\n");
    assert.match(text, new RegExp(`${name}: cannot send to ${failures.arn}: AccessDenied`));
    assert.match(text, new RegExp(`${name}: event of request \\S{36} is lost \\(RetriesExhausted\\)`));
  });

  it("put the raw event into a dead-letter queue", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [failures.arn], out.url, { deadLetterArn: failures.arn });
    await estate.rule(name, fn.arn);
    const running = start();
    const [id] = await estate.put(name, [{ n: 7, fail: "on purpose" }]);
    await running.idle();
    const [letter] = await estate.drain(failures.url);
    assert.equal(JSON.parse(letter?.body ?? "{}").id, id);
    const { RequestID, ...attributes } = letter?.attributes ?? {};
    assert.match(RequestID ?? "", /^\S{36}$/);
    assert.deepEqual(attributes, { ErrorCode: "200", ErrorMessage: "on purpose" });
  });

  it("cannot run a function whose role does not trust Lambda", async () => {
    const name = await prepare();
    const asyncConfig = { maximumEventAgeSeconds: 60, onFailureArn: failures.arn };
    const fn = await estate.function(name, [failures.arn], out.url, { asyncConfig }, "events.amazonaws.com");
    await estate.rule(name, fn.arn);
    const running = start();
    await estate.put(name, [{ n: 1 }]);
    await running.idle();
    const { invocations, serviceErrors, discarded, lost } = running.stats.functions[name]!;
    assert.deepEqual([invocations, discarded, lost], [0, { EventAgeExceeded: 1 }, 1]);
    assert.ok(serviceErrors >= 1);
    assert.match(running.stats.problems.join("\n"), /cannot be assumed by Lambda; its trust policy must allow/);
  });

  it("send what the function's policy does not admit to the target's dead-letter queue, untried", async () => {
    const name = await prepare();
    const letters = await estate.deadLetterQueue(`letters-${name}`);
    const fn = await estate.function(name, [out.arn], out.url);
    const target = await estate.rule(name, fn.arn, { granted: false, deadLetterArn: letters.arn });
    const running = start();
    const [id] = await estate.put(name, [{ n: 1 }]);
    await running.idle();
    const [letter] = await estate.drain(letters.url);
    assert.equal(JSON.parse(letter?.body ?? "{}").id, id);
    assert.deepEqual(letter?.attributes, {
      ...{ RULE_ARN: target.ruleArn, TARGET_ARN: fn.arn, ERROR_CODE: "NO_PERMISSIONS", RETRY_ATTEMPTS: "0" },
      ERROR_MESSAGE: `The policy of ${name} does not let events.amazonaws.com invoke it for ${target.ruleArn}.`,
    });
    assert.deepEqual(running.stats.functions, {});
  });

  it("notice a permission that is taken away", async () => {
    const name = await prepare();
    const letters = await estate.deadLetterQueue(`letters-${name}`);
    const fn = await estate.function(name, [out.arn], out.url);
    await estate.rule(name, fn.arn, { deadLetterArn: letters.arn });
    const running = start();
    await estate.put(name, [{ n: 1 }]);
    await running.idle();
    await estate.clients.lambda.send(new RemovePermissionCommand({ FunctionName: name, StatementId: name }));
    await pause(60);
    await estate.put(name, [{ n: 2 }]);
    await running.idle();
    assert.deepEqual((await estate.drain(out.url)).map(numberOf), [1]);
    assert.deepEqual((await estate.drain(letters.url)).map(numberOf), [2]);
  });

  it("send events for a function that is gone to the target's dead-letter queue", async () => {
    const name = await prepare();
    const letters = await estate.deadLetterQueue(`letters-${name}`);
    await estate.rule(name, "arn:aws:lambda:us-east-1:000000000000:function:gone", {
      ...{ granted: false, deadLetterArn: letters.arn },
    });
    const running = start();
    await estate.put(name, [{ n: 1 }]);
    await running.idle();
    assert.equal((await estate.drain(letters.url))[0]?.attributes.ERROR_CODE, "NO_RESOURCE");
  });

  it("retry a refused delivery as the target's policy says", async () => {
    const name = await prepare();
    const letters = await estate.deadLetterQueue(`letters-${name}`);
    const fn = await estate.function(name, [out.arn], out.url);
    const retryPolicy = { maximumRetryAttempts: 3, maximumEventAgeSeconds: 3600 };
    await estate.rule(name, fn.arn, { deadLetterArn: letters.arn, retryPolicy });
    const where = (event: unknown) => (event as { detail: { n: number } }).detail.n === 2;
    const faults = new Faults([
      { kind: "refuse-delivery", code: "THROTTLING", where },
      { kind: "refuse-delivery", code: "ERROR_FROM_TARGET", times: 2 },
    ]);
    const running = start({ faults });
    await estate.put(name, [{ n: 1 }, { n: 2 }]);
    await running.idle();
    assert.deepEqual((await estate.drain(out.url)).map(numberOf), [1]);
    const [letter] = await estate.drain(letters.url);
    const { ERROR_CODE, RETRY_ATTEMPTS, EXHAUSTED_RETRY_CONDITION } = letter?.attributes ?? {};
    const attributes = { ERROR_CODE, RETRY_ATTEMPTS, EXHAUSTED_RETRY_CONDITION };
    assert.deepEqual(attributes, {
      ...{ ERROR_CODE: "THROTTLING", RETRY_ATTEMPTS: "3", EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts" },
    });
  });

  it("report an undeliverable event that no queue takes", async () => {
    const name = await prepare();
    const closed = await estate.queue(`closed-${name}`);
    const fn = await estate.function(name, [out.arn], out.url);
    await estate.rule(name, fn.arn, { granted: false, deadLetterArn: closed.arn });
    await estate.rule(`${name}-bare`, fn.arn, { granted: false });
    const running = start();
    await estate.put(name, [{ n: 1 }]);
    await estate.put(`${name}-bare`, [{ n: 2 }]);
    await running.idle();
    const dropped = Object.values(running.stats.deliveries).map((one) => one.dropped);
    assert.deepEqual(dropped, [1, 1]);
    const text = [...running.stats.problems].sort().join("\n");
    assert.match(text, /event dropped \(NO_PERMISSIONS.*: Error: the policy of \S+ does not let the rule send/);
    assert.match(text, /-bare: event dropped \(NO_PERMISSIONS.*: Error: the target has no dead-letter queue/);
  });

  it("lose nothing at reserved concurrency 5 under throttles, crashes, timeouts, duplicates and disorder", async () => {
    const name = await prepare();
    const [count, asyncConfig] = [400, { onFailureArn: failures.arn }];
    const fn = await estate.function(name, [out.arn, failures.arn], out.url, { reservedConcurrency: 5, asyncConfig });
    await estate.rule(name, fn.arn);
    const faults = new Faults([
      { kind: "throttle", probability: 0.1 },
      { kind: "service-error", probability: 0.05 },
      { kind: "crash", when: "before", probability: 0.05 },
      { kind: "crash", when: "after", probability: 0.05 },
      { kind: "timeout", when: "after", probability: 0.05 },
      { kind: "duplicate", probability: 0.1 },
      { kind: "delay", upToMilliseconds: 300, probability: 0.5 },
    ]);
    const running = start({ faults });
    await estate.put(
      name,
      numbers(count).map((n) => ({ n })),
    );
    await running.idle();
    const { accepted, succeeded, discarded, letters, lost } = running.stats.functions[name]!;
    const done = new Set((await estate.drain(out.url)).map(numberOf));
    const lettered = (await estate.drain(failures.url)).map(({ body }) => JSON.parse(body).requestPayload.detail.n);
    assert.deepEqual([...new Set([...done, ...lettered])].sort(ascending), numbers(count));
    assert.equal(accepted, count + faults.struck[5]!);
    assert.equal(succeeded + (discarded.RetriesExhausted ?? 0), accepted);
    assert.deepEqual([letters, lost], [lettered.length, 0]);
    assert.ok(
      faults.struck.every((times) => times > 0),
      `${faults.struck}`,
    );
    assert.deepEqual(running.stats.problems, []);
  });

  it("hand back at stop what has not ended, so that the next start delivers it", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url, { reservedConcurrency: 2 });
    await estate.rule(name, fn.arn);
    const first = start();
    await estate.put(
      name,
      numbers(30).map((n) => ({ n, ms: 100 })),
    );
    await pause(350);
    await first.stop();
    const before = (await estate.drain(out.url)).map(numberOf);
    assert.ok(before.length > 0 && before.length < 30, `${before.length}`);
    await start().idle();
    const after = (await estate.drain(out.url)).map(numberOf);
    assert.deepEqual([...new Set([...before, ...after])].sort(ascending), numbers(30));
  });

  it("deliver again what a killed process had not ended", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url, { reservedConcurrency: 2 });
    await estate.rule(name, fn.arn);
    await estate.put(
      name,
      numbers(20).map((n) => ({ n, ms: 150 })),
    );
    const { endpoint, region, service } = cloud;
    const script = `
      const { startEventSources } = require(${JSON.stringify(`${ROOT}/local/event-sources`)});
      const functions = new Map([[${JSON.stringify(fn.arn)}, ${JSON.stringify(fn)}]]);
      const deployment = { functions, targets: ${JSON.stringify(estate.targets)} };
      startEventSources(${JSON.stringify({ endpoint, region, service })}, deployment, { visibilitySeconds: 2 });`;
    const killed = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script], { stdio: "ignore", cwd: ROOT });
    const before: number[] = [];
    while (before.length < 3) {
      before.push(...(await estate.drain(out.url)).map(numberOf));
      await pause(20);
    }
    killed.kill("SIGKILL");
    await start().idle();
    const after = (await estate.drain(out.url)).map(numberOf);
    assert.deepEqual([...new Set([...before, ...after])].sort(ascending), numbers(20));
  });

  it("keep an event from coming back while it runs, however long that takes", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url);
    const { deliveryQueueUrl } = await estate.rule(name, fn.arn);
    const running = start({ visibilitySeconds: 1, maximumPending: 1 }); // full with one: it does not read meanwhile
    await estate.put(name, [{ n: 1, ms: 2500 }]);
    await pause(2200);
    assert.deepEqual(await estate.drain(deliveryQueueUrl), []);
    await running.idle();
    assert.deepEqual((await estate.drain(out.url)).map(numberOf), [1]);
    assert.equal(running.stats.functions[name]?.accepted, 1);
  });

  it("keep the mark of a replay on the event", async () => {
    const name = await prepare();
    const fn = await estate.function(name, [out.arn], out.url);
    const { ruleArn } = await estate.rule(name, fn.arn);
    const EventSourceArn = "arn:aws:events:us-east-1:000000000000:event-bus/bus";
    const { ArchiveArn } = await estate.clients.events.send(
      new CreateArchiveCommand({ ArchiveName: name, EventSourceArn, EventPattern: JSON.stringify({ source: [name] }) }),
    );
    const running = start();
    const from = new Date(Date.now() - 5000);
    await estate.put(name, [{ n: 1 }]);
    await running.idle();
    await estate.clients.events.send(
      new StartReplayCommand({
        ...{ ReplayName: `replay-${name}`, EventSourceArn: ArchiveArn, EventStartTime: from },
        ...{ EventEndTime: new Date(Date.now() + 5000), Destination: { Arn: EventSourceArn, FilterArns: [ruleArn] } },
      }),
    );
    for (let state = ""; state !== "COMPLETED"; await pause(50)) {
      state =
        (await estate.clients.events.send(new DescribeReplayCommand({ ReplayName: `replay-${name}` }))).State ?? "";
    }
    await running.idle();
    const events = (await estate.drain(out.url)).map(({ body }) => JSON.parse(body));
    const marks = events.map((event) => event["replay-name"]);
    assert.deepEqual(marks, [undefined, `replay-${name}`]);
    assert.equal(events[0].time, events[1].time);
  });
});
