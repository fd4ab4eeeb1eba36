import { UpdateShardCountCommand } from "@aws-sdk/client-kinesis";
import { type Estate, openEstate } from "../estate";
import { Faults } from "../event-sources/faults";
import { throttle, throttled } from "../throttles";
import { streamOf, urlOf } from "./deployed";
import { busiestUsers, type ErasureTarget, eraseUser } from "./erase";
import { newKeys } from "./keys";
import { GIANT, KILLER } from "./poison";
import { closedShardsOf } from "./read-back";
import { type Run, run } from "./run";
import { generateSendings, type Sending } from "./sendings";
import { type NamedFault, stormFaults } from "./storm-faults";

export interface StormOptions {
  /** Messages and records in all, but for those that no function can do anything with. */
  readonly events: number;
  readonly seed: number;
  /** Whether anything is done to the system; what clients get wrong, they get wrong anyway. */
  readonly faults: boolean;
  readonly signal?: AbortSignal;
  /** Told how far a step is. */
  readonly onProgress?: (step: string, done: number, total: number) => void;
}

/** How often each thing was done, by name, and what the run came to. */
export interface Storm extends Run {
  readonly struck: ReadonlyMap<string, number>;
  /** What went wrong around invocations beside all that. */
  readonly problems: readonly string[];
}

/**
 * Waits are scaled 20 times and not 60: what a slow machine needs for a batch is to count little beside them. For the same reason records
 * may grow old: 12 hours are 36 minutes.
 */
const SETTINGS = { timeScale: 1 / 20, maximumAgeSeconds: 43_200 };

/** Segment clients side by side: more than the collectors keep up with. */
const LIBRARIES = 6;

/** Deploys the estate for itself, sends a shop's visits through it while everything befalls it that may, and settles what became of them. */
export async function storm(options: StormOptions): Promise<Storm> {
  const { events, seed, onProgress = () => {} } = options;
  const named = options.faults ? stormFaults(events) : [];
  const faults = new Faults(
    named.map(({ fault }) => fault),
    seed,
  );
  const keys = newKeys();
  const estate = await openEstate({
    name: "storm",
    overrides: {
      ...keys.overrides,
      systems: JSON.stringify({ marketData: false, clickstream: true, adExchange: false }),
      clickstreamMaximumAgeSeconds: String(SETTINGS.maximumAgeSeconds),
    },
    sources: { timeScale: SETTINGS.timeScale, faults },
    progress: (done, declared) => onProgress("deploying stack local", done, declared),
  });
  try {
    const sendings = stormSendings(events, seed);
    const users = busiestUsers(sendings.slice(0, ERASED_FROM * sendings.length), 2);
    const erasing = { target: { url: urlOf(estate), accessKey: keys.accessKey }, users };
    const weather = new Weather(estate, options, erasing);
    let watching: NodeJS.Timeout | undefined;
    const ran = await run(estate, sendings, {
      ...{ writeKey: keys.writeKey, libraries: LIBRARIES },
      onSent: (done, total) => {
        if (done % 50 === 0) onProgress("sending", done, total);
        weather.at(done, total);
      },
      erasures: () => weather.erasures(),
      onAllSent: () => {
        watching = setInterval(() => watch(estate, onProgress), 500);
      },
      ...(options.signal ? { signal: options.signal } : {}),
    }).finally(() => clearInterval(watching));
    return { ...ran, struck: await weather.struck(named, faults), problems: estate.sources.stats.problems };
  } finally {
    await estate.stop();
  }
}

function watch(estate: Estate, onProgress: NonNullable<StormOptions["onProgress"]>): void {
  const { read, pending } = streamOf(estate);
  onProgress("records settled", read - pending, read);
}

/** The visits, and strewn among them the records that end in the failure bucket. */
export function stormSendings(events: number, seed: number): Sending[] {
  const sendings = generateSendings({ seed, events, startTime: new Date() });
  const hopeless = [GIANT, ...Array.from({ length: Math.ceil(events / 2_000) }, () => KILLER)];
  for (const [index, data] of hopeless.entries()) {
    const position = Math.floor((sendings.length * (index + 1)) / (hopeless.length + 1));
    const at = sendings[position]?.at ?? 0;
    const record = { by: "stream", data, partitionKey: `hopeless-${index}`, at, expectation: "quarantine" } as const;
    sendings.splice(position, 0, record);
  }
  return sendings;
}

/** Name of the step that begins to throttle them. */
const TABLES = "throttled";

/** Name of the step that erases users. */
const ERASED = "erased: users";
/** Share of the sendings before that. */
const ERASED_FROM = 0.7;

/** Tables whose writes are refused now and then; so are records of the stream. */
const THROTTLED = ["Events", "Sessions", "Ids", "Links", "Quarantine"] as const;

/** What befalls the stream and the tables while messages are sent. */
class Weather {
  readonly #steps: { readonly from: number; readonly name: string; readonly work: () => Promise<number> }[];
  /** How often each step did what it does. */
  readonly #done = new Map<string, Promise<number>>();

  constructor(
    private readonly estate: Estate,
    { events, faults }: StormOptions,
    private readonly erasing: { readonly target: ErasureTarget; readonly users: readonly string[] },
  ) {
    const [times, share] = [Math.ceil(events / 50), 0.2];
    const throttleAll = async () => {
      const stream = estate.output("clickstreamStreamName");
      const throttles = [{ stream, times, share }, ...this.#tables().map((table) => ({ table, times, share }))];
      return (await Promise.all(throttles.map((one) => throttle(estate.cloud, one)))).length;
    };
    this.#steps = [
      { from: 0.05, name: TABLES, work: throttleAll },
      { from: 0.3, name: "stream: split in 4", work: () => this.#reshard(4) },
      { from: 0.6, name: "stream: merged to 2", work: () => this.#reshard(2) },
      { from: ERASED_FROM, name: ERASED, work: () => this.#erase() },
      { from: 0.8, name: "stream: split in 3", work: () => this.#reshard(3) },
    ].filter(() => faults);
  }

  /** Told how far the sending is. */
  at(done: number, total: number): void {
    const [next] = this.#steps;
    if (next === undefined || done < next.from * total) return;
    this.#steps.shift();
    const work = next.work();
    work.catch(() => undefined); // who asks for it is told; until then it is nobody's
    this.#done.set(next.name, work);
  }

  /** How often each thing was done. @throws when one of the steps failed */
  async struck(named: readonly NamedFault[], { struck }: Faults): Promise<Map<string, number>> {
    const done = await Promise.all([...this.#done].map(async ([name, times]) => [name, await times] as const));
    const refused = await throttled(this.estate.cloud);
    const stream = ["throttled: stream", refused[this.estate.output("clickstreamStreamName")]] as const;
    const tables = this.#tables().map(
      (table, index) => [`throttled: ${THROTTLED[index]!.toLowerCase()}`, refused[table]] as const,
    );
    return new Map([
      ...named.map(({ name }, index) => [name, struck[index] ?? 0] as const),
      ...[stream, ...tables].flatMap(([name, times]) => (times === undefined ? [] : [[name, times] as const])),
      ...done.filter(([name]) => name !== TABLES),
    ]);
  }

  /** Resolves with the users who were erased, when they are. */
  async erasures(): Promise<readonly string[]> {
    return (await this.#done.get(ERASED)) === undefined ? [] : this.erasing.users;
  }

  async #erase(): Promise<number> {
    const { users, target } = this.erasing;
    return (await Promise.all(users.map((userId) => eraseUser(userId, target)))).length;
  }

  #tables(): string[] {
    return THROTTLED.map((table) => this.estate.output(`clickstream${table}TableName`));
  }

  /** Resolves with how many shards it closed, as the stream itself tells. */
  async #reshard(TargetShardCount: number): Promise<number> {
    const { estate } = this;
    const [StreamName, streamArn] = [estate.output("clickstreamStreamName"), estate.output("clickstreamStreamArn")];
    const before = await closedShardsOf(estate.clients, streamArn);
    await estate.clients.kinesis.send(
      new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: "UNIFORM_SCALING" }),
    );
    return (await closedShardsOf(estate.clients, streamArn)) - before;
  }
}
