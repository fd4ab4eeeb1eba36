import assert from "node:assert/strict";
import { type Storm, storm, stormSendings } from "../../../local/clickstream/storm";
import { countBy, total } from "../../../local/figures";

const OPTIONS = { events: 600, seed: 1 };

describe("Clickstream in a storm", function () {
  this.timeout(240_000);
  let ran: Storm;
  before(async () => {
    ran = await storm({ ...OPTIONS, faults: true });
  });

  it("loses nothing, and holds nothing that nobody sent", () => {
    const { ledger, sent } = ran;
    assert.deepEqual([ledger.lost, ledger.unaccounted, sent.givenUp], [[], [], []]);
    const { records, stored, duplicates, erased, quarantined, waiting } = ledger;
    assert.equal(erased > 0, true);
    assert.equal(stored + duplicates + erased + total(quarantined) + waiting, records);
  });

  it("was struck by everything", () => {
    const missing = [...ran.struck].filter(([, times]) => times === 0).map(([name]) => name);
    assert.deepEqual(missing, []);
    assert.equal(ran.struck.size, 24);
    // Of its two shards each is split, the four are merged, and for three equal ones there is first a split at each new boundary.
    const closed = ["split in 4", "merged to 2", "split in 3"].map((name) => ran.struck.get(`stream: ${name}`));
    assert.deepEqual(closed, [2, 4, 4]);
  });

  it("tells each message's fate once to its client, with the reason where it is refused", () => {
    const expected = countBy(stormSendings(OPTIONS.events, OPTIONS.seed), ({ expectation }) => expectation);
    const refused = stormSendings(OPTIONS.events, OPTIONS.seed).filter(({ expectation }) => expectation === "refuse");
    assert.deepEqual(
      ran.ledger.refused,
      countBy(refused, ({ reason }) => reason ?? ""),
    );
    const [good = 0, again = 0, other = 0] = ["accept", "duplicate", "conflict"].map((one) => expected.get(one));
    const { acknowledged, stored, erased, waiting } = ran.ledger;
    assert.equal(acknowledged, good + again + other);
    // A batch may use up its tries: then what it holds waits, and is no less kept.
    assert.equal(
      stored <= good && stored >= good - waiting - erased,
      true,
      `${stored} of ${good} stored, ${erased} erased, ${waiting} wait`,
    );
  });

  it("leaves to be redriven what no function can do anything with", () => {
    const { waiting, letters } = ran.ledger;
    assert.equal(waiting >= 2, true, `${waiting} records wait`);
    assert.equal(letters >= 1, true);
    assert.deepEqual(ran.problems, []);
  });
});
