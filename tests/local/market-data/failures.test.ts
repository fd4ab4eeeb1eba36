import assert from "node:assert/strict";
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { depthOf } from "../../../local/read-back";
import { redrive } from "../../../operations/market-data/redrive";
import { replay } from "../../../operations/market-data/replay";
import { trailOf } from "../../../operations/market-data/trail";
import { bruteForce, Desk, trade } from "./desk";

const role = (arn: string) => arn.split("/").at(-1)!;

describe("when something downstream fails on the embedded cloud", () => {
  let desk: Desk;
  before(async () => {
    desk = await Desk.open("failures", { policyMilliseconds: 200 });
  });
  after(() => desk.close());

  const deny = (stage: string, Action: string[]) =>
    desk.estate.clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: role(desk.estate.output(`marketData${stage}RoleArn`)),
        PolicyName: "outage",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Deny", Action, Resource: "*" }],
        }),
      }),
    );
  const allowAgain = (stage: string) =>
    desk.estate.clients.iam.send(
      new DeleteRolePolicyCommand({
        RoleName: role(desk.estate.output(`marketData${stage}RoleArn`)),
        PolicyName: "outage",
      }),
    );
  const redriven = (stage: string, queue: string) =>
    redrive(desk.estate.clients, {
      queueUrl: desk.queue(queue),
      functionName: desk.estate.output(`marketData${stage}FunctionName`),
      maximum: 100,
    });

  it("keeps every event whole in ingestion's queue while its tables are denied, and redrives them", async () => {
    await deny("Ingestion", ["dynamodb:PutItem"]);
    const events = Array.from({ length: 12 }, () => trade("DENIED"));
    await desk.send(events);
    assert.equal(await depthOf(desk.estate.clients, desk.queue("ingestion-dlq")), 12);
    assert.deepEqual((await desk.ledger()).lost, []);
    assert.equal((await desk.events("DENIED")).length, 0);
    await allowAgain("Ingestion");
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // letters that were looked at are hidden so long
    assert.deepEqual(await redriven("Ingestion", "ingestion-dlq"), { redriven: 12, failed: 0, unreadable: 0 });
    await desk.estate.sources.idle();
    assert.deepEqual((await desk.ledger()).lost, []);
    assert.deepEqual((await desk.ledger()).letters, new Map());
    assert.deepEqual(new Set((await desk.events("DENIED")).map(({ status }) => status)), new Set(["PROCESSED"]));
  });

  it("records each failed attempt at processing, and each event is processed once after the redrive", async () => {
    await deny("Processing", ["dynamodb:UpdateItem"]);
    await desk.send([trade("STUCK", { sequence: 1 }), trade("STUCK", { sequence: 2 })]);
    const trail = await trailOf(desk.estate.clients.dynamodb, desk.table("Audit"), "XNAS:ITCH:STUCK:1");
    assert.deepEqual(
      trail.map(({ stage, status }) => `${stage} ${status}`),
      ["ingestion VALIDATED", "processing FAILED", "processing FAILED", "processing FAILED"],
    );
    assert.match(String(trail[1]?.error), /AccessDenied/);
    await allowAgain("Processing");
    assert.equal((await redriven("Processing", "processing-dlq")).redriven, 2);
    const rows = await desk.events("STUCK");
    assert.deepEqual(
      rows.map(({ measurements }) => measurements),
      rows.map(({ eventId }) => bruteForce(rows).get(eventId)),
    );
  });

  it("keeps an alert that its topic refused, and sends it once after the redrive", async () => {
    const Name = desk.estate.output("marketDataAlertsTopicParameter");
    const { Parameter } = await desk.estate.clients.ssm.send(new GetParameterCommand({ Name }));
    const set = (Value: string) =>
      desk.estate.clients.ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }));
    await set(`${Parameter!.Value}-gone`);
    await desk.send([{ ...trade("TOPIC"), type: "halt", state: "halted" }]);
    const before = await desk.subscriber.delivered();
    assert.equal(await depthOf(desk.estate.clients, desk.queue("notification-dlq")), 1);
    await set(Parameter!.Value!);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const result = await redriven("Notification", "notification-dlq");
    assert.deepEqual(result, { redriven: 1, failed: 0, unreadable: 0 });
    assert.equal((await desk.subscriber.delivered()) - before, 1);
  });

  it("keeps what the bus may not deliver, and redrives it", async () => {
    const FunctionName = desk.estate.output("marketDataIngestionFunctionName");
    const { Policy } = await desk.estate.clients.lambda.send(new GetPolicyCommand({ FunctionName }));
    const [statement] = JSON.parse(Policy!).Statement as {
      Sid: string;
      Condition: { ArnLike: Record<string, string> };
    }[];
    await desk.estate.clients.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: statement!.Sid }));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await desk.send([trade("BARRED"), trade("BARRED")]);
    assert.equal(await depthOf(desk.estate.clients, desk.queue("raw-undelivered")), 2);
    await desk.estate.clients.lambda.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: statement!.Sid,
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: desk.estate.output("marketDataIngestionRuleArn"),
      }),
    );
    assert.equal((await redriven("Ingestion", "raw-undelivered")).redriven, 2);
    await desk.estate.sources.idle();
    assert.equal((await desk.events("BARRED")).length, 2);
  });

  it("rebuilds emptied tables from the archive to the same content, and alerts nobody again", async () => {
    await desk.send([
      trade("REPLAY"),
      trade("REPLAY", { price: "90.00" }),
      { ...trade("REPLAY"), type: "halt", state: "halted" },
    ]);
    const [before, delivered] = [await desk.events(), await desk.subscriber.delivered()];
    await desk.empty("Events", ["eventId", "timestamp"]);
    await desk.empty("Series", ["series", "sequence"]);
    await replay(
      desk.estate.clients.events,
      {
        archiveName: desk.estate.output("marketDataArchiveName"),
        busName: desk.estate.output("marketDataBusName"),
        ruleName: desk.estate.output("marketDataIngestionRuleName"),
        from: new Date(Date.now() - 3_600_000),
        to: new Date(Date.now() + 60_000),
        name: "rebuild",
      },
      () => {},
      100,
    );
    await desk.estate.sources.idle();
    assert.deepEqual(await desk.events(), before);
    assert.equal(await desk.subscriber.delivered(), delivered);
    const suppressed = (await desk.audit()).filter(({ status }) => status === "SUPPRESSED_REPLAY");
    assert.ok(suppressed.length > 0);
    assert.deepEqual(new Set(suppressed.map(({ replayId }) => replayId)), new Set(["rebuild"]));
  });
});
