import assert from "node:assert/strict";
import { REFUSALS } from "../../../../functions/ad-exchange/bid-handler/call";
import { type Measured, Meter } from "../../../../functions/ad-exchange/bid-handler/meter";

const bid: Measured = { outcome: "bid", bids: 2, late: 0, stages: [0.1, 0.2, 0.3, 0.4] };
const none: Measured = { outcome: "noDemand", bids: 0, late: 1, stages: [1, 0, 0, 0] };

interface Line {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string; readonly StorageResolution: number }[];
    }[];
  };
  readonly [figure: string]: unknown;
}

describe("The exchange's meter", () => {
  const metered = () => {
    const lines: Line[] = [];
    const meter = new Meter(
      "bid-handler",
      (line) => lines.push(JSON.parse(line) as Line),
      () => 12,
    );
    return { meter, lines };
  };

  it("writes the figures of one second on one line once a later second has begun", () => {
    const { meter, lines } = metered();
    meter.record(bid, 1_000);
    meter.record(bid, 1_999);
    assert.equal(lines.length, 0);
    meter.record(bid, 2_000);
    assert.equal(lines.length, 1);
    const [line] = lines;
    assert.deepEqual(
      [line?.BidRequests, line?.Bids, line?.LateAnswers, line?.IndexAgeSeconds, line?._aws.Timestamp],
      [2, 4, 0, 12, 1_000],
    );
    assert.deepEqual(line?.DecisionMilliseconds, [1, 1]);
    assert.deepEqual(line?.MatchMilliseconds, [0.2, 0.2]);
  });

  it("names every figure at a resolution of one second, with its unit, under service and function", () => {
    const { meter, lines } = metered();
    meter.record(bid, 1_000);
    meter.flush();
    const [directive] = lines[0]?._aws.CloudWatchMetrics ?? [];
    assert.equal(directive?.Namespace, "Sluice/AdExchange");
    assert.deepEqual(directive?.Dimensions, [["service", "FunctionName"]]);
    assert.deepEqual([lines[0]?.service, lines[0]?.FunctionName], ["ad-exchange", "bid-handler"]);
    for (const { Name, StorageResolution } of directive?.Metrics ?? []) {
      assert.equal(StorageResolution, 1, Name);
      assert.notEqual(lines[0]?.[Name], undefined, Name);
    }
    const units = Object.fromEntries((directive?.Metrics ?? []).map(({ Name, Unit }) => [Name, Unit]));
    assert.deepEqual(
      [units.BidRequests, units.IndexAgeSeconds, units.DecisionMilliseconds],
      ["Count", "Seconds", "Milliseconds"],
    );
  });

  it("counts what was no bid under its reason as well", () => {
    const { meter, lines } = metered();
    for (const one of [bid, none, none]) meter.record(one, 1_000);
    meter.flush();
    const byReason = lines.filter(({ reason }) => reason !== undefined);
    assert.deepEqual(
      byReason.map(({ reason, NoBids, _aws }) => [reason, NoBids, _aws.CloudWatchMetrics[0]?.Dimensions]),
      [["noDemand", 2, [["service", "FunctionName", "reason"]]]],
    );
    assert.deepEqual([lines[0]?.LateAnswers, lines[0]?.NoBids, lines[0]?.Malformed], [2, 2, 0]);
  });

  it("counts what is refused apart from what is no bid, each under its reason", () => {
    const { meter, lines } = metered();
    for (const outcome of [...REFUSALS, "malformed", "bid", "noDemand"] as const)
      meter.record({ ...none, outcome }, 1_000);
    meter.flush();
    const [all, ...byReason] = lines;
    assert.deepEqual([all?.BidRequests, all?.Malformed, all?.NoBids], [8, 3, 1]);
    assert.deepEqual(
      byReason.map(({ reason, NoBids, RefusedRequests }) => [reason, NoBids, RefusedRequests]),
      [
        ["malformed", undefined, 2],
        ...REFUSALS.slice(1).map((reason) => [reason, undefined, 1]),
        ["noDemand", 1, undefined],
      ],
    );
  });

  it("has no time of what was not decided about", () => {
    const { meter, lines } = metered();
    meter.count("unsupported", 1_000);
    meter.record(bid, 1_000);
    meter.count("technicalError", 1_999);
    meter.count("unauthorized", 2_000);
    meter.flush();
    const [mixed, , , alone] = lines;
    assert.deepEqual([mixed?.BidRequests, mixed?.NoBids, mixed?.DecisionMilliseconds], [3, 1, [1]]);
    assert.deepEqual([alone?.BidRequests, alone?.NoBids, alone?._aws.Timestamp], [1, 0, 2_000]);
    // CloudWatch takes no list without values.
    const named = alone?._aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name) ?? [];
    assert.deepEqual(
      named.filter((name) => name.endsWith("Milliseconds")),
      [],
    );
    assert.equal(alone?.DecisionMilliseconds, undefined);
  });

  it("never puts more values on a line than the format takes, and loses none", () => {
    const { meter, lines } = metered();
    for (let count = 0; count < 250; count++) meter.record(bid, 1_000);
    meter.flush();
    for (let count = 0; count < 100; count++) meter.count("unsupported", 1_000);
    assert.equal(lines.splice(3).length, 2, "a full line does not wait");
    const values = lines.map(({ DecisionMilliseconds }) => (DecisionMilliseconds as number[]).length);
    assert.deepEqual(values, [100, 100, 50]);
    assert.deepEqual(
      lines.map(({ BidRequests, Bids, NoBids }) => [BidRequests, Bids, NoBids]),
      [
        [100, 200, 0],
        [100, 200, 0],
        [50, 100, 0],
      ],
    );
  });

  it("writes times to the microsecond, however long they are", () => {
    const { meter, lines } = metered();
    const all = [3.5, 1.5, 3.5, 0.0004, 1_234.5678, 1.9999];
    for (const milliseconds of all) meter.record({ ...bid, stages: [milliseconds, 0, 0, 0] }, 1_000);
    meter.flush();
    assert.deepEqual(lines[0]?.ReadMilliseconds, [3.5, 1.5, 3.5, 0, 1_234.568, 2]);
  });

  it("writes nothing where nothing happened", () => {
    const { meter, lines } = metered();
    meter.flush();
    meter.record(bid, 1_000);
    meter.flush();
    meter.flush();
    assert.equal(lines.length, 1);
  });
});
