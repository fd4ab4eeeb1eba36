import assert from "node:assert/strict";
import { dealClasses } from "../../../../functions/ad-exchange/domain/auction/deal-classes";
import type { DealTerms } from "../../../../functions/ad-exchange/domain/traits";

const deal = (id: string, at: number, floorMicros = 0, guaranteed = false): DealTerms => ({
  ...{ id, at, floorMicros, guaranteed, durationFloors: undefined, inheritsFloor: false },
  ...{ seats: [], advertiserDomains: [] },
});
const idsIn = (deals: readonly DealTerms[]) => dealClasses(deals).map((some) => some.map(({ id }) => id).join(" "));

describe("Classes of deals", () => {
  it("are of one standing, and of one price where it is agreed, in the order of the deals", () => {
    const deals = [
      ...[deal("guaranteed", 2, 1, true), deal("fixed-1", 3, 1), deal("fixed-1-too", 3, 1), deal("fixed-2", 3, 2)],
      ...[deal("open-1", 2, 1), deal("first-2", 1, 2)],
    ];
    assert.deepEqual(idsIn(deals), ["guaranteed", "fixed-1 fixed-1-too", "fixed-2", "open-1 first-2"]);
    assert.deepEqual(idsIn([]), []);
  });

  it("are few however many prices there are, and still of one standing", () => {
    const fixed = Array.from({ length: 1_000 }, (_, at) => deal(`f${at}`, 3, at));
    const classes = dealClasses([...fixed, deal("open", 2)]);
    assert.deepEqual([classes.length, classes[5]?.length, classes[6]?.length], [7, 995, 1]);
  });
});
