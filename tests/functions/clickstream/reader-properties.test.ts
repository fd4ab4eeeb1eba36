import assert from "node:assert/strict";
import fc from "fast-check";
import { merged, pageOf } from "../../../functions/clickstream/domain/merging";
import { sessionEventOf } from "../../../functions/clickstream/domain/processed-event";
import { STATUS_OF } from "../../../functions/clickstream/domain/refusal";
import { type Session, sessionOf } from "../../../functions/clickstream/domain/sessions";
import { comparePositions } from "../../../functions/clickstream/domain/spans";
import { type Asked, Reading } from "./support/reading";
import { united } from "./support/united";

const at = (minutes: number) => new Date(Date.parse("2026-01-05T00:00:00.000Z") + minutes * 60_000).toISOString();

/** Messages of a user and of two strangers who turn out to be the user; the ids are some that two orders of texts sort differently. */
const MESSAGES = fc
  .uniqueArray(
    fc.record({
      id: fc.tuple(fc.constantFrom("m", "\u{1F600}", "\uFF5E", "é"), fc.nat(40)).map(([letter, n]) => `${letter}${n}`),
      minutes: fc.nat(400),
      who: fc.constantFrom({ userId: "u1" }, { anonymousId: "a1" }, { anonymousId: "a2" }, { userId: "u2" }),
      event: fc.constantFrom("e", "f"),
    }),
    { selector: ({ id }) => id, maxLength: 40 },
  )
  .map((list) =>
    list.map(({ id, minutes, who, event }) => ({
      type: "track",
      messageId: id,
      timestamp: at(minutes),
      event,
      ...who,
    })),
  );
/** With one visitor who is active for long while the others come and go. */
const LONG = fc
  .tuple(
    MESSAGES,
    fc.constantFrom({ userId: "u1" }, { anonymousId: "a1" }),
    fc.nat(100),
    fc.integer({ min: 5, max: 29 }),
  )
  .map(([messages, who, start, step]) => [
    ...messages.slice(0, 12),
    ...Array.from({ length: 10 }, (_, n) => ({
      ...{ type: "track", messageId: `long-${n}`, timestamp: at(start + n * step), event: "e" },
      ...who,
    })),
  ]);
const RANGE = fc
  .tuple(fc.option(fc.nat(400), { nil: undefined }), fc.option(fc.nat(400), { nil: undefined }))
  .map(([a, b]) => (a !== undefined && b !== undefined ? [Math.min(a, b), Math.max(a, b) + 1] : [a, b]))
  .map(([from, to]) => ({
    from: from === undefined ? undefined : at(from),
    to: to === undefined ? undefined : at(to),
  }));
const ORDER = fc.constantFrom("asc" as const, "desc" as const);

async function filled(messages: readonly object[]): Promise<Reading> {
  const reading = new Reading();
  await reading.take(...messages);
  for (const anonymousId of ["a1", "a2"])
    reading.tables.links.set(anonymousId, { anonymousId, userId: "u1", at: at(0) });
  return reading;
}

const pathOf = (path: string, query: Readonly<Record<string, string | number | undefined>>) =>
  `${path}?${Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join("&")}`;

/** All pages, with what is done between them. */
async function allPages(
  reading: Reading,
  path: string,
  query: object,
  between: () => Promise<void> = async () => undefined,
): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; await between()) {
    const { status, body } = await reading.answer({ path: pathOf(path, { ...query, cursor: cursor || undefined }) });
    assert.equal(status, 200, body.detail);
    items.push(...(body.events ?? body.sessions));
    assert.equal(items.length < 500, true, "the pages have no end");
    cursor = body.cursor;
  }
  return items;
}

const isOwn = (visitor: string) => visitor !== "user#u2";
const inOrder = <T>(items: readonly T[], order: "asc" | "desc") => (order === "asc" ? items : [...items].reverse());

describe("Pages", () => {
  for (const [path, belongs] of [
    ["/v1/users/u1/events", ({ visitor }: { visitor: string }) => isOwn(visitor)],
    ["/v1/event-types/e/events", ({ eventType }: { eventType: string }) => eventType === "e"],
  ] as const)
    it(`of ${path} are together all events of the range in order, each once`, async () => {
      await fc.assert(
        fc.asyncProperty(
          MESSAGES,
          RANGE,
          ORDER,
          fc.integer({ min: 1, max: 12 }),
          async (messages, range, order, limit) => {
            const reading = await filled(messages);
            const expected = [...reading.tables.events.values()]
              .filter((event) => belongs(event))
              .filter(({ timestamp }) => timestamp >= (range.from ?? "") && timestamp < (range.to ?? "9"))
              .sort((a, b) => Buffer.compare(Buffer.from(a.at), Buffer.from(b.at)))
              .map(({ messageId }) => messageId);
            const given = await allPages(reading, path, { ...range, order, limit });
            assert.deepEqual(
              given.map((event) => (event as { messageId: string }).messageId),
              inOrder(expected, order),
            );
          },
        ),
      );
    });

  it("of sessions are together those of all the user's events that overlap the range, whole and each once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(MESSAGES, LONG),
        RANGE,
        ORDER,
        fc.integer({ min: 1, max: 4 }),
        async (messages, range, order, limit) => {
          const reading = await filled(messages);
          const own = [...reading.tables.events.values()].filter(({ visitor }) => isOwn(visitor));
          const expected = united(...own.map((event) => [sessionOf(sessionEventOf(event))]))
            .filter(({ first, last }) => last.timestamp >= (range.from ?? "") && first.timestamp < (range.to ?? "9"))
            .map((session) => JSON.parse(JSON.stringify(session)));
          assert.deepEqual(
            await allPages(reading, "/v1/users/u1/sessions", { ...range, order, limit }),
            inOrder(expected, order),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it("skip and repeat nothing that was there, while events come in", async () => {
    const late = fc.array(fc.tuple(fc.nat(400), fc.constantFrom({ userId: "u1" }, { anonymousId: "a1" })), {
      ...{ minLength: 40, maxLength: 40 },
    });
    await fc.assert(
      fc.asyncProperty(MESSAGES, late, ORDER, fc.integer({ min: 1, max: 5 }), async (messages, more, order, limit) => {
        const reading = await filled(messages);
        const before = [...reading.tables.events.values()].filter(({ visitor }) => isOwn(visitor));
        let came = 0;
        const between = async () => {
          const [minutes, who] = more[came++ % more.length]!;
          if (came <= more.length)
            await reading.take({
              type: "track",
              messageId: `late-${came}`,
              timestamp: at(minutes),
              event: "e",
              ...who,
            });
        };
        const given = await allPages(reading, "/v1/users/u1/events", { order, limit }, between);
        const all = given.map((event) => (event as { messageId: string }).messageId);
        assert.equal(new Set(all).size, all.length);
        for (const { messageId } of before) assert.equal(all.includes(messageId), true, messageId);
      }),
    );
  });

  it("of sessions repeat none that grows while they are read", async () => {
    await fc.assert(
      fc.asyncProperty(
        MESSAGES,
        fc.array(fc.nat(400), { minLength: 1, maxLength: 20 }),
        ORDER,
        async (messages, late, order) => {
          const reading = await filled(messages);
          let came = 0;
          const between = async () => {
            const minutes = late[came++];
            if (minutes !== undefined)
              await reading.take({
                type: "track",
                messageId: `late-${came}`,
                timestamp: at(minutes),
                event: "e",
                userId: "u1",
              });
          };
          const given = (await allPages(reading, "/v1/users/u1/sessions", { order, limit: 1 }, between)) as Session[];
          const starts = given.map(({ first }) => first.timestamp);
          assert.deepEqual(starts, inOrder([...new Set(starts)].sort(), order));
        },
      ),
    );
  });
});

describe("Sources in order", () => {
  const sources = fc.array(
    fc.array(fc.nat(50)).map((list) => list.sort((a, b) => a - b)),
    { maxLength: 6 },
  );
  async function* from(items: readonly number[], read: number[] = []) {
    for (const item of items) {
      read.push(item);
      yield item;
    }
  }

  it("are merged to all their items in order", async () => {
    await fc.assert(
      fc.asyncProperty(sources, async (lists) => {
        const all: number[] = [];
        for await (const item of merged(
          lists.map((list) => from(list)),
          (a, b) => a - b,
        ))
          all.push(item);
        assert.deepEqual(
          all,
          lists.flat().sort((a, b) => a - b),
        );
      }),
    );
  });

  it("are read one item ahead, and no further than asked for", async () => {
    const read: number[] = [];
    const source = merged([from([1, 4, 5, 6], read), from([2, 3, 7, 8], read)], (a, b) => a - b);
    const page = await pageOf(source, () => 1, { items: 2, bytes: 100 });
    assert.deepEqual(page, { items: [1, 2], more: true });
    assert.deepEqual(read.sort(), [1, 2, 3, 4]);
  });

  it("are opened some at a time, where there are hundreds", async () => {
    let [opening, most] = [0, 0];
    const lists = Array.from({ length: 300 }, async function* (_, n) {
      most = Math.max(most, ++opening);
      await new Promise(setImmediate);
      opening -= 1;
      yield 300 - n;
    });
    const items: number[] = [];
    for await (const item of merged(lists, (a, b) => a - b)) items.push(item);
    assert.deepEqual([items.length, items[0], most], [300, 1, 50]);
  });

  it("make a page of at most so many bytes, but of one item in any case", async () => {
    const limits = { items: 10, bytes: 10 };
    assert.deepEqual(await pageOf(from([4, 6, 1]), (item) => item, limits), { items: [4, 6], more: true });
    assert.deepEqual(await pageOf(from([11, 1]), (item) => item, limits), { items: [11], more: true });
    assert.deepEqual(await pageOf(from([11]), (item) => item, limits), { items: [11], more: false });
  });
});

describe("Positions", () => {
  it("sort as DynamoDB sorts keys", () => {
    const position = fc
      .tuple(fc.constantFrom(at(0), at(1)), fc.string({ unit: fc.constantFrom("a", "\u{1F600}", "\uFF5E", "#") }))
      .map(([time, id]) => `${time}#${id}`);
    fc.assert(
      fc.property(position, position, (a, b) => {
        assert.equal(Math.sign(comparePositions(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe("The reader, whatever is asked,", () => {
  it("answers with a status of its table, and throws for nothing", async () => {
    const statuses: ReadonlySet<number> = new Set([200, 202, ...Object.values(STATUS_OF)]);
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("%FF", "u1", "2026-01-05T00:00:00Z", "1", "desc"),
    );
    const path = fc.oneof(
      fc
        .array(fc.oneof(text, fc.constantFrom("v1", "users", "events", "event-types")), { maxLength: 6 })
        .map((parts) => parts.join("/")),
      text.map((id) => `/v1/users/${id}/events`),
      text.map((type) => `/v1/event-types/${type}/events`),
    );
    const query = fc.array(fc.tuple(fc.constantFrom("from", "to", "limit", "cursor", "order", "__proto__"), text), {
      maxLength: 3,
    });
    const method = fc.constantFrom("GET", "DELETE", "POST");
    await fc.assert(
      fc.asyncProperty(method, path, query, text, async (verb, where, pairs, key) => {
        const headers = key === "u1" ? {} : { authorization: key };
        const asked: Asked = {
          method: verb,
          path: `${where}?${pairs.map((pair) => pair.join("=")).join("&")}`,
          headers,
        };
        const { status } = await new Reading().answer(asked);
        assert.equal(statuses.has(status) && status !== 503, true, String(status));
      }),
      { numRuns: 1000 },
    );
  });
});
