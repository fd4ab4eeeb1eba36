import assert from "node:assert/strict";
import { openPorts } from "../../../functions/ad-exchange/adapters/open-ports";
import type { OutsideNotice } from "../../../functions/ad-exchange/domain/notices/notices-of";
import type { Demand, Ports, SeatAnswer } from "../../../functions/ad-exchange/domain/ports";
import { type Asked, campaign, opened, PUBLISHER } from "../../functions/ad-exchange/support/exchange";
import { billedBy, FakeLedger } from "../../functions/ad-exchange/support/ledger";
import type { Broken, ExchangeScenario, ScenarioSeat } from "./exchange-scenario";
import { includes } from "./includes";

/** Has the requests answered and compares; whatever the scenario, what is held in the end is what is billed. */
export async function runExchangeScenario(scenario: ExchangeScenario): Promise<void> {
  const requests = scenario.requests ?? { "": scenario.request! };
  for (const [name, request] of Object.entries(requests)) await answer(scenario, request, name);
}

async function answer(scenario: ExchangeScenario, request: object | string, name: string): Promise<void> {
  const { expect, publisher = "pub-1", receivedAgo = 0, paddedTo = 0 } = scenario;
  const world = worldOf(scenario, request);
  const { ask, ready } = opened({ campaigns: campaignsOf(scenario), settings: scenario.settings ?? {}, ...world });
  if (scenario.isStarting) for (const part of ["index", "made"]) Reflect.set(ready, part, undefined);
  const text = typeof request === "string" ? request : JSON.stringify(request);
  const sold = await ask(text.padEnd(paddedTo), { ...PUBLISHER, publisher }, receivedAgo);
  assert.deepEqual([sold.status, sold.answer.outcome], [expect.status, expect.outcome], name);
  compare(sold, scenario, world, name);
  world.ledger.arrive(0);
  const isBilled = typeof request === "object" && (request as { test?: unknown }).test !== 1;
  if (isBilled && (sold.response?.cur ?? "USD") === "USD")
    assert.deepEqual(world.ledger.held, billedBy(sold, (request as { id: string }).id), `${name}: held`);
}

function compare({ response, bids }: Asked, { expect }: ExchangeScenario, world: World, name: string): void {
  includes(response ?? {}, expect.response ?? {}, `${name} response`);
  const inOrder = [...bids].sort((one, other) => (one.impid < other.impid ? -1 : 1));
  includes(inOrder, expect.bids ?? [], `${name} bids`);
  const steps = (response?.ext?.trace ?? []) as readonly object[];
  for (const step of expect.trace ?? []) {
    const alike = steps.filter((one) => Object.is(Reflect.get(one, "stage"), step.stage) && isOf(step, one));
    assert.equal(alike.length > 0, true, `${name}: no step ${JSON.stringify(step)} in ${JSON.stringify(steps)}`);
  }
  if (expect.sent) includes(JSON.parse(world.sent()), expect.sent, `${name} sent`);
  if (expect.asked) assert.deepEqual(world.asked, expect.asked, `${name} asked`);
  if (expect.told)
    assert.deepEqual(
      world.told.map(({ on, seat, url }) => [on, seat, url]),
      expect.told,
    );
}

function isOf(expected: object, found: object): boolean {
  try {
    includes(found, expected, "");
    return true;
  } catch {
    return false;
  }
}

const campaignsOf = ({ campaigns = [] }: ExchangeScenario) =>
  campaigns.map(({ creative, ...rest }) => {
    const made = campaign(rest.id, rest.bid, rest);
    return creative === undefined ? made : { ...made, creatives: [{ ...made.creatives[0]!, ...creative }] };
  });

interface World {
  readonly ports: Partial<Ports>;
  readonly ledger: FakeLedger;
  readonly asked: readonly string[];
  readonly told: readonly OutsideNotice[];
  readonly sent: () => string;
}

function worldOf(scenario: ExchangeScenario, request: object | string): World {
  const { segments, fraud, caps, seats, budgets } = scenario.ports ?? {};
  const named = campaignsOf(scenario).map(({ id }) => `adv-${id}#${id}`);
  const micros = isBroken(budgets) ? {} : budgets;
  const fate = budgets === "late" ? "in the end" : budgets === "failing" ? "fails before" : "at once";
  const plenty = new Map(named.map((name) => [name, micros?.[name] ?? Number.MAX_SAFE_INTEGER]));
  const ledger = new FakeLedger(plenty, [fate], () => {});
  const asked: string[] = [];
  const told: OutsideNotice[] = [];
  let sent = "{}";
  const open = openPorts();
  /** Notes that the port was asked; what it answers unless it is broken. */
  const port = <T>(name: string, how: unknown, value: () => T): T | Promise<T> => {
    asked.push(name);
    if (how === "failing") throw new Error("down");
    return how === "late" ? new Promise<T>(() => {}) : value();
  };
  const demand: Demand = {
    ask: (body, traits, deadline) =>
      port("demand", seats, () => {
        sent = body();
        return seats === undefined || isBroken(seats)
          ? open.demand.ask(body, traits, deadline)
          : answersOf(seats, request);
      }) as readonly SeatAnswer[],
  };
  const refusal = typeof fraud === "number" ? { verdict: "refuse" as const, reason: fraud } : undefined;
  const ports: Partial<Ports> = {
    demand,
    segments: { of: () => port("segments", segments, () => (segments ?? []) as readonly string[]) },
    fraud: { check: () => port("fraud", fraud, () => refusal ?? { verdict: "pass" as const }) },
    caps: {
      left: (_user, all) =>
        port("caps", caps, () =>
          all.map((one) => (caps === undefined ? 100 : ((isBroken(caps) ? {} : caps)[one] ?? 0))),
        ),
    },
    budgets: {
      hold: (holds) => port("budgets", undefined, () => ledger.hold(holds)) as boolean[],
      release: (holds) => ledger.release(holds),
    },
    notices: { take: (some) => void told.push(...some) },
  };
  return { ports, ledger, asked, told, sent: () => sent };
}

const isBroken = (given: unknown): given is Broken => given === "late" || given === "failing";

function answersOf(seats: Readonly<Record<string, ScenarioSeat>>, request: object | string): SeatAnswer[] {
  const id = typeof request === "string" ? "" : (request as { readonly id: string }).id;
  return Object.entries(seats).map(([seat, { says, cur = "USD", group, bids = [], response }]) => {
    if (says !== undefined) return { seat, says };
    const bid = bids.map((one, at) => ({
      ...{ id: `bid-${at + 1}`, impid: "1", adm: '<img src="https://seat.example/a.png">', crid: "creative" },
      ...{ adomain: ["seat.example"], w: 300, h: 250, ...one },
    }));
    const made = { id, cur, seatbid: [{ bid, ...(group && { group }) }] };
    return { seat, says: "bids", response: (response ?? made) as Extract<SeatAnswer, { says: "bids" }>["response"] };
  });
}
