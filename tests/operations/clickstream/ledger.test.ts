import assert from "node:assert/strict";
import fc from "fast-check";
import type { Link } from "../../../functions/clickstream/domain/identity";
import type { Account } from "../../../local/clickstream/account";
import { exchangeOf, toldOf } from "../../../local/clickstream/exchange";
import { type Ledger, settle } from "../../../local/clickstream/ledger";
import { linkProblems } from "../../../local/clickstream/links";
import { readAll } from "../../../local/clickstream/records";
import { countBy, total } from "../../../local/figures";
import { POLICY } from "../../functions/clickstream/support/memory-world";
import { type MutableAccount, soundAccount } from "./support/sound-account";

const RUNS = 12;
const settled = (account: Account): Ledger => settle(account, POLICY);
const problems = (account: Account) => {
  const { lost, unaccounted } = settled(account);
  return { lost: lost.length, unaccounted: unaccounted.length };
};
/** Every record is exactly one of them, or lost. */
const accounted = ({ stored, duplicates, quarantined, waiting }: Ledger) =>
  stored + duplicates + total(quarantined) + waiting;

describe("The ledger of a run", () => {
  let sound: MutableAccount;
  before(async () => {
    sound = await soundAccount(11, 150);
  });

  /** The account with one of its lists changed. */
  const changed = <Key extends keyof Account>(key: Key, change: (list: Account[Key][number][]) => void): Account => {
    const list = [...sound[key]] as Account[Key][number][];
    change(list);
    return { ...sound, [key]: list };
  };
  const each = (key: keyof Account, holds: (index: number) => void) =>
    fc.assert(fc.property(fc.nat(sound[key].length - 1), holds), { numRuns: RUNS });

  it("is even when nothing was lost, whatever the seed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        const ledger = settled(await soundAccount(seed, 80));
        assert.deepEqual([ledger.lost, ledger.unaccounted], [[], []]);
        assert.equal(accounted(ledger), ledger.records);
      }),
      { numRuns: 10 },
    );
  });

  it("counts what became of everything", () => {
    const { acknowledged, refused, records, stored, duplicates, quarantined, waiting, letters } = settled(sound);
    // 150 sendings and the giant: a tenth again, 4 % under another's id, 6 % malformed, 6 % poison.
    assert.deepEqual(
      { acknowledged, refused: total(refused), records, stored, duplicates, waiting, letters },
      { acknowledged: 132, refused: 9, records: 142, stored: 111, duplicates: 15, waiting: 1, letters: 1 },
    );
    assert.deepEqual(Object.fromEntries(quarantined), { id_conflict: 6, not_json: 4, not_an_envelope: 5 });
  });

  for (const key of ["events", "quarantine", "letters", "records", "sessions", "links"] as const)
    it(`misses every one of ${key} that is taken away`, () => {
      each(key, (index) => {
        const without = changed(key, (list) => list.splice(index, 1));
        assert.equal(problems(without).lost > 0, true, JSON.stringify(sound[key][index]));
      });
    });

  it("misses a record even where another of the same content is left", () => {
    const read = readAll(sound.records, POLICY);
    const counts = countBy(read, ({ event }) => event?.fingerprint ?? "");
    const index = read.findIndex(({ event }) => event !== undefined && counts.get(event.fingerprint) === 2);
    const without = changed("records", (list) => list.splice(index, 1));
    assert.match(settled(without).lost[0]!, /acknowledged 2 times and is in the stream 1 times/);
  });

  it("misses a record that was put past the collector", () => {
    each("direct", (index) => {
      const gone = sound.direct[index]!;
      const place = sound.records.findIndex(({ data }) => Buffer.compare(data, gone) === 0);
      assert.match(
        settled(changed("records", (list) => list.splice(place, 1))).lost[0]!,
        /^record .* was acknowledged/,
      );
    });
  });

  it("finds what nobody sent, wherever it stands", () => {
    const strange = Buffer.from("strange");
    const id = "shardId-000000000001:1";
    const added: readonly Account[] = [
      changed("records", (list) => list.push({ eventId: id, data: strange })),
      changed("events", (list) => list.push({ ...sound.events[0]!, messageId: "strange" })),
      changed("quarantine", (list) => list.push({ eventId: id, reason: "not_json", data: strange })),
      changed("letters", (list) => list.push([id])),
      changed("sessions", (list) => list.push({ ...sound.sessions[0]!, visitor: "user#strange" })),
      changed("links", (list) => list.push({ ...sound.links[0]!, anonymousId: "strange" })),
    ];
    for (const account of added) assert.equal(problems(account).unaccounted > 0, true, JSON.stringify(account.letters));
  });

  it("finds an event that is stored twice, or under another time, visitor or content", () => {
    each("events", (index) => {
      const event = sound.events[index]!;
      const at = `2020-01-01T00:00:00.000Z#${event.messageId}`;
      const instead = [{ visitor: "user#other" }, { at }, { properties: { other: 1 } }, { receivedAt: "2020" }];
      for (const change of instead)
        assert.equal(
          problems(changed("events", (list) => list.splice(index, 1, { ...event, ...change }))).unaccounted > 0,
          true,
        );
      const twice = changed("events", (list) => list.push({ ...event }));
      assert.match(settled(twice).unaccounted.join(), /is stored 2 times/);
    });
  });

  it("finds what was put aside for another reason, not whole, or though it is stored", () => {
    each("quarantine", (index) => {
      const letter = sound.quarantine[index]!;
      for (const change of [{ reason: "other" }, { data: letter.data.subarray(1) }])
        assert.equal(
          problems(changed("quarantine", (list) => list.splice(index, 1, { ...letter, ...change }))).unaccounted > 0,
          true,
        );
    });
    const stored = sound.records.find(({ data }) => Buffer.from(data).includes(sound.events[0]!.messageId))!;
    const both = changed("quarantine", (list) => list.push({ ...stored, reason: "id_conflict" }));
    assert.match(settled(both).unaccounted.join(), /is stored as well/);
  });

  it("misses an event that is put aside for its id, and no event is stored under it", () => {
    each("events", (index) => {
      const { messageId } = sound.events[index]!;
      const own = readAll(sound.records, POLICY).filter(({ event }) => event?.messageId === messageId);
      const quarantine = [
        ...sound.quarantine.filter(({ eventId }) => own.every((one) => one.eventId !== eventId)),
        ...own.map(({ eventId, data }) => ({ eventId, data, reason: "id_conflict" })),
      ];
      const account = { ...changed("events", (list) => list.splice(index, 1)), quarantine };
      const missed = settled(account).lost.filter((one) => /put aside as id_conflict/.test(one));
      assert.equal(missed.length, own.length);
    });
  });

  it("misses a message that is good and was refused, alone or with its whole request", () => {
    const good = sound.exchanges.findIndex((exchange) => toldOf(exchange)[0]?.fate === "acknowledged");
    const refused = [{ index: 0, reason: "too_large" }];
    for (const [status, answer] of [
      [400, { error: "all_refused", refused }],
      [200, { refused }],
      [413, { error: "too_large" }],
    ] as const) {
      const again = { ...sound.exchanges[good]!, status, answer };
      const { lost } = settled(changed("exchanges", (list) => list.push(again)));
      assert.equal(lost.length, 1);
      assert.match(lost[0]!, /^message .* was refused though it is good: too_large$/);
    }
  });

  it("finds a session with another count, end or beginning", () => {
    each("sessions", (index) => {
      const { visitor, session } = sound.sessions[index]!;
      const last = { ...session.last, messageId: "other" };
      for (const change of [{ events: session.events + 1 }, { pages: session.pages + 1 }, { last }, { first: last }]) {
        const account = changed("sessions", (list) =>
          list.splice(index, 1, { visitor, session: { ...session, ...change } }),
        );
        assert.deepEqual(problems(account), { lost: 1, unaccounted: 1 });
      }
    });
  });

  it("misses the link that holds where another stands", () => {
    each("links", (index) => {
      const link = sound.links[index]!;
      for (const change of [{ userId: "other" }, { at: "2030-01-01T00:00:00.000Z" }])
        assert.equal(problems(changed("links", (list) => list.splice(index, 1, { ...link, ...change }))).lost, 1);
    });
  });

  it("takes a record that is stored and waits as well for stored: a batch may fail after its first half", () => {
    const ids = sound.records.slice(0, 40).map(({ eventId }) => eventId);
    const account = changed("letters", (list) => list.push(ids));
    const ledger = settled(account);
    assert.deepEqual([ledger.lost, ledger.unaccounted, ledger.waiting], [[], [], 1]);
  });
});

describe("Links of one anonymous visitor", () => {
  it("are the one that holds, whichever was stored first", () => {
    const link = { anonymousId: "a", userId: "u", at: "2026-03-01T12:00:00.000Z" };
    const later = { ...link, userId: "v", at: "2026-03-01T13:00:00.000Z" };
    const source = (one: Link) => ({ eventId: one.userId, data: Buffer.of(), link: one });
    const missing = (links: readonly Link[]) =>
      linkProblems([source(later), source(link)], { links, erased: [] }).lost.length;
    assert.deepEqual([missing([link]), missing([later]), missing([])], [0, 1, 1]);
  });
});

describe("What a client was told", () => {
  const message = (messageId: string) => ({ type: "track", messageId, userId: "u", event: "Clicked" });
  const body = JSON.stringify({ batch: [message("a"), 7, message("b")], sentAt: "2026-03-01T12:00:00.000Z" });
  const told = (status: number, answer: unknown) =>
    toldOf(exchangeOf("/v1/batch", body, { status, body: JSON.stringify(answer) }, 1)).map(
      ({ fate, reason, fingerprint }) => `${fate} ${reason ?? ""} ${fingerprint === undefined ? "" : "known"}`.trim(),
    );
  const refused = [{ index: 1, reason: "not_an_object", detail: "a message is a JSON object" }];

  it("is of each message, with the refused ones named", () => {
    const expected = ["acknowledged  known", "refused not_an_object", "acknowledged  known"];
    assert.deepEqual(told(200, { success: false, accepted: 2, refused }), expected);
  });

  it("is to send again where something could not be stored, or no answer came", () => {
    const expected = ["untold  known", "untold", "untold  known"];
    assert.deepEqual(told(503, { error: "not_stored", accepted: 1, refused, notStored: [{ index: 0 }] }), expected);
    const unanswered = toldOf(exchangeOf("/v1/batch", body, undefined, 1));
    assert.deepEqual(
      unanswered.map(({ fate }) => fate),
      ["untold", "untold", "untold"],
    );
    assert.equal(toldOf(exchangeOf("/v1/batch", body, { status: 502, body: "<html>" }, 1))[0]?.fate, "untold");
  });

  it("is the reason of the whole request where none was looked at", () => {
    assert.deepEqual(told(403, { error: "unknown_key" }), [
      "refused unknown_key known",
      "refused unknown_key",
      "refused unknown_key known",
    ]);
  });

  it("is of the body itself where the path says the type, and the same content has the same fingerprint", () => {
    const { type, ...rest } = message("a");
    const [single] = toldOf(exchangeOf("/v1/track", JSON.stringify(rest), { status: 200, body: "{}" }, 1));
    const [first] = toldOf(exchangeOf("/v1/batch", body, { status: 200, body: "{}" }, 1));
    assert.deepEqual([type, single], ["track", first]);
  });
});
