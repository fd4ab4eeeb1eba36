import assert from "node:assert/strict";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { Faults } from "../../../local/event-sources/faults";
import { MALFORMED } from "../../../local/market/malformed";
import { outgoing } from "../../../local/market/run-session";
import { generateSession } from "../../../local/market/session";
import { peek } from "../../../local/read-back";
import { actingAs } from "../roles";
import { bruteForce, Desk, trade } from "./desk";

/** Everything that can go wrong between the bus and the functions, for the events of one symbol. */
const CHAOS = [
  { kind: "duplicate", probability: 0.3 },
  { kind: "delay", upToMilliseconds: 400, probability: 0.5 },
  { kind: "throttle", probability: 0.2 },
  { kind: "service-error", probability: 0.1 },
  { kind: "timeout", when: "after", probability: 0.1, times: 8 },
  { kind: "crash", when: "after", probability: 0.1, times: 8 },
  { kind: "crash", when: "before", probability: 0.1, times: 8 },
] as const;

const isChaotic = (event: unknown) => JSON.stringify(event).includes("CHAOS");

describe("market data on the embedded cloud", () => {
  let desk: Desk;
  before(async () => {
    desk = await Desk.open("flow", {
      faults: new Faults(
        CHAOS.map((fault) => ({ ...fault, where: isChaotic })),
        7,
      ),
    });
  });
  after(() => desk.close());

  it("takes a session through all stages: nothing lost, every measurement as by brute force", async () => {
    const session = generateSession({ seed: 11, events: 150, ratePerMinute: 60_000, startTime: new Date() });
    await desk.send(outgoing(session));
    const [ledger, rows] = [await desk.ledger(), await desk.events()];
    assert.deepEqual(ledger.lost, []);
    assert.equal(ledger.validated, session.filter(({ expectation }) => expectation === "accept").length);
    assert.deepEqual(new Set(rows.map(({ status }) => status)), new Set(["PROCESSED"]));
    for (const [eventId, expected] of bruteForce(rows)) {
      assert.deepEqual(rows.find((row) => row.eventId === eventId)?.measurements, expected, eventId);
    }
  });

  it("leaves an audit row for each stage of each event", async () => {
    await desk.send([trade("TRAIL", { sequence: 7 })]);
    const rows = await desk.audit("XNAS:ITCH:TRAIL:7");
    assert.deepEqual(rows.map(({ stage, status }) => `${stage} ${status}`).sort(), [
      "ingestion VALIDATED",
      "processing PROCESSED",
    ]);
  });

  it("rejects every kind of malformed event with its reason, and keeps the input", async () => {
    const details = MALFORMED.map(({ detail }) => detail(new Date()) as Record<string, unknown>);
    const sent = await desk.send(details);
    const rejected = new Map((await desk.audit()).map((row) => [row.envelopeId, row]));
    for (const { event, envelopeId } of sent) {
      const { title, reason } = MALFORMED[details.indexOf(event.detail as Record<string, unknown>)]!;
      const row = rejected.get(envelopeId);
      assert.equal(row?.status, "REJECTED", title);
      assert.equal(row?.reason, reason, title);
      assert.deepEqual(JSON.parse(row?.payload ?? ""), event.detail, title);
    }
  });

  it("stores an event once however often it comes, and refuses its identity to another payload", async () => {
    const event = trade("TWICE", { sequence: 1 });
    await desk.send([event, event, event]);
    await desk.send([event, { ...event, price: "101.00" }, { ...event, eventTime: new Date().toISOString() }]);
    assert.equal((await desk.events("TWICE")).length, 1);
    const statuses = (await desk.audit("XNAS:ITCH:TWICE:1")).filter(({ stage }) => stage === "ingestion");
    const reasons = statuses.flatMap(({ reason }) => reason ?? []);
    assert.deepEqual(reasons, ["sequence_conflict", "sequence_conflict"]);
    assert.equal(statuses.filter(({ status }) => status === "VALIDATED").length, 1);
    assert.equal(statuses.length, 6);
  });

  it("stores a late event outside of every window", async () => {
    const early = new Date(Date.now() - 60_000).toISOString();
    await desk.send([trade("LATE", { price: "5.00", eventTime: early })]);
    await desk.send([trade("LATE", { price: "9.00" })]);
    const [late, punctual] = await desk.events("LATE");
    assert.deepEqual([late?.late, late?.measurements], [true, undefined]);
    assert.deepEqual([punctual?.measurements?.elements, punctual?.measurements?.low], ["1", "9"]);
  });

  it("survives duplicates, reordering, throttles, service errors, timeouts and crashes with the same result", async () => {
    const start = Date.now();
    const events = Array.from({ length: 60 }, (_, index) =>
      trade("CHAOS", {
        price: `${100 + (index % 7)}.25`,
        eventTime: new Date(start - 2_000 + index * 10).toISOString(),
      }),
    );
    await desk.send(events.map((_, index) => events[(index * 37) % 60]!));
    const [ledger, rows] = [await desk.ledger(), await desk.events("CHAOS")];
    const { functions, problems } = desk.estate.sources.stats;
    const struck = Object.values(functions).reduce((sum, { retries }) => sum + retries, 0);
    assert.ok(struck > 20, `only ${struck} retries: the faults did not strike`);
    assert.deepEqual([ledger.lost, problems, rows.length], [[], [], 60]);
    const expected = bruteForce(rows);
    for (const { eventId, measurements } of rows) assert.deepEqual(measurements, expected.get(eventId), eventId);
  });

  it("alerts once for each rule and episode, with attributes to filter by", async () => {
    const before = await desk.subscriber.delivered();
    const halt = (state: string) => ({ ...trade("HALT"), type: "halt", state });
    for (const state of ["halted", "halted", "resumed", "halted"]) await desk.send([halt(state)]);
    assert.equal((await desk.subscriber.delivered()) - before, 2);
    const messages = await peek(desk.estate.clients, desk.subscriber.queueUrl);
    const halts = messages.filter(({ MessageAttributes }) => MessageAttributes?.symbol?.StringValue === "HALT");
    assert.equal(halts.length, 2);
    for (const { MessageAttributes } of halts) {
      assert.equal(MessageAttributes?.rule?.StringValue, "trading-halt");
      assert.equal(MessageAttributes?.severity?.StringValue, "critical");
    }
  });

  it("takes new alert rules from Parameter Store without a deployment", async () => {
    const Name = desk.estate.output("marketDataAlertRulesParameter");
    const rules = [
      { id: "any-halt-but-this", type: "halt", severity: "info", symbols: ["RULED"] },
      { id: "new-level", type: "price", severity: "info", symbols: ["RULED"], above: "1" },
    ];
    await desk.estate.clients.ssm.send(
      new PutParameterCommand({ Name, Value: JSON.stringify(rules), Overwrite: true }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await desk.send([{ ...trade("RULED"), type: "halt", state: "halted" }]);
    await desk.send([{ ...trade("RULED"), price: "2" }]);
    const alerts = (await desk.items("Alerts")).map(({ alert }) => alert);
    for (const { id } of rules) assert.ok(alerts.includes(`${id}#XNAS:ITCH:RULED`), alerts.join(", "));
  });

  it("denies a function what it was not granted", async () => {
    const role = desk.estate.output("marketDataIngestionRoleArn");
    const ingestion = await actingAs(desk.estate.cloud, role);
    const read = (TableName: string, Key: Record<string, { S: string }>) =>
      ingestion.dynamodb.send(new GetItemCommand({ TableName, Key }));
    await assert.rejects(read(desk.table("Alerts"), { alert: { S: "a" }, episode: { S: "e" } }), /AccessDenied/);
    await read(desk.table("Events"), { eventId: { S: "e" }, timestamp: { S: "t" } });
    ingestion.close();
  });
});
