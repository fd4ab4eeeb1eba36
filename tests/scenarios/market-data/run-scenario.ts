import assert from "node:assert/strict";
import type { StageName } from "../../../functions/market-data/stage/attempt";
import type { Envelope } from "../../../functions/market-data/stage/envelope";
import { Estate } from "../../functions/handlers/support/estate";
import type { Scenario, ScenarioEvent, ScenarioFault } from "./scenario";

/** The stages as they are, Lambda's retries included, on tables in memory. */
class Play {
  readonly estate: Estate;
  readonly answers: string[] = [];
  readonly letters: string[] = [];

  constructor(private readonly scenario: Scenario) {
    this.estate = new Estate(scenario.world);
    for (const fault of scenario.world?.faults ?? []) this.arrange(fault);
  }

  async run(): Promise<void> {
    for (const event of this.scenario.events) {
      const envelope = this.envelopeOf(event);
      for (let delivery = 0; delivery < (event.deliveries ?? 1); delivery++) {
        this.answers.push(await this.invoke("ingestion", envelope));
        if (this.scenario.settle !== "end") await this.settle();
      }
    }
    await this.settle();
  }

  private async settle(): Promise<void> {
    const { validated, alerts } = this.estate;
    while (validated.published.length + alerts.published.length > 0) {
      const [toProcess, toNotify] = [validated.take(), alerts.take()];
      for (const event of toProcess) await this.invoke("processing", this.estate.derived(event));
      for (const event of toNotify) await this.invoke("notification", this.estate.derived(event));
    }
  }

  /** Retries as Lambda does, a minute and two minutes after a failure. */
  private async invoke(stage: StageName, envelope: Envelope): Promise<string> {
    const attempts = this.scenario.attempts ?? 3;
    const requestId = `${stage}-${envelope.id}-${this.answers.length}`;
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.estate.invoke(stage, envelope, requestId)).status;
      } catch (error) {
        this.estate.clock.pass(attempt * 60_000);
        if (attempt < attempts) continue;
        this.letters.push(String((envelope.detail as { eventId?: string } | null)?.eventId ?? envelope.id));
        return (error as Error).name;
      }
    }
  }

  private envelopeOf({ detail, receivedAt, source, replayName }: ScenarioEvent): Envelope {
    const { common, receivedAt: usual } = this.scenario;
    const laid =
      typeof detail === "object" && detail !== null && !Array.isArray(detail) ? { ...common, ...detail } : detail;
    return this.estate.raw(laid, {
      time: receivedAt ?? usual,
      ...(source === undefined ? {} : { source }),
      ...(replayName === undefined ? {} : { replayName }),
    });
  }

  private arrange({ at, error, command = "TransactWriteItemsCommand", times = 1 }: ScenarioFault): void {
    const { validated, alerts, topic, dynamo } = this.estate;
    const failure = Object.assign(new Error("as the scenario says"), { name: error });
    for (let i = 0; i < times; i++) {
      if (at === "tables") dynamo.faults.push({ command, error: failure });
      else ({ "validated-bus": validated, "alert-bus": alerts, topic })[at].fail(failure);
    }
  }
}

/** Plays the scenario and compares what came of it with what it expects. */
export async function runScenario(scenario: Scenario): Promise<void> {
  const play = new Play(scenario);
  await play.run();
  const { estate } = play;
  const { expect } = scenario;
  const rows = estate.dynamo.rows("events");
  assert.deepEqual(play.answers, expect.answers, "answers");
  if (expect.audit) assert.deepEqual(countsOf(estate), expect.audit, "audit rows");
  if (expect.reasons) assert.deepEqual(reasonsOf(estate), expect.reasons, "reasons of rejection");
  if (expect.stored !== undefined) assert.equal(rows.length, expect.stored, "rows in the events table");
  for (const [eventId, fields] of Object.entries(expect.events ?? {})) {
    const row = rows.find((each) => each.eventId === eventId);
    assertHas(row, fields, eventId);
  }
  assertAll(estate.episodes(), expect.episodes, "episodes");
  assertAll(estate.topic.notifications, expect.notifications, "notifications");
  assert.deepEqual(play.letters, expect.letters ?? [], "letters in the failure queues");
}

function countsOf(estate: Estate): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { stage, status } of estate.dynamo.rows("audit")) {
    const ofStage = counts[stage] ?? {};
    counts[stage] = { ...ofStage, [status]: (ofStage[status] ?? 0) + 1 };
  }
  return counts;
}

const reasonsOf = (estate: Estate): unknown[] =>
  estate.log.lines.filter(({ status }) => status === "REJECTED").map(({ reason }) => reason);

function assertAll(actual: readonly unknown[], expected: readonly object[] | undefined, what: string): void {
  if (!expected) return;
  assert.equal(actual.length, expected.length, `${what}: ${JSON.stringify(actual)}`);
  for (const [index, fields] of expected.entries()) assertHas(actual[index], fields, `${what}[${index}]`);
}

/** Every field of `expected` is in `actual` with that value; null stands for a field that is absent. */
function assertHas(actual: unknown, expected: object, where: string): void {
  assert.ok(typeof actual === "object" && actual !== null, `${where} is missing`);
  for (const [field, value] of Object.entries(expected)) {
    const found: unknown = (actual as Record<string, unknown>)[field];
    if (value === null) assert.equal(found, undefined, `${where}.${field}`);
    else if (typeof value === "object" && !Array.isArray(value)) assertHas(found, value, `${where}.${field}`);
    else assert.deepEqual(found, value, `${where}.${field}`);
  }
}
