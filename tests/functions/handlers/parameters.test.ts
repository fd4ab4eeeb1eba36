import assert from "node:assert/strict";
import { Parameters, readEnv } from "../../../functions/shared/parameters";
import { SsmParameters } from "../../../functions/shared/ssm-parameters";
import { FakeParameterSource, ManualClock } from "./support/fakes";

const NAMES = { table: "/sluice/test/table", limit: "/sluice/test/limit" };

function world() {
  const clock = new ManualClock();
  const source = new FakeParameterSource(
    new Map([
      [NAMES.table, "table-events"],
      [NAMES.limit, "5"],
    ]),
  );
  const parameters = new Parameters({
    names: NAMES,
    source,
    clock,
    parse: ({ table, limit }) => {
      if (!/^\d+$/.test(limit)) throw new Error(`limit is "${limit}"; give a whole number`);
      return { table, limit: Number(limit) };
    },
    ttlSeconds: () => 60,
  });
  return { clock, source, parameters };
}

describe("parameters", () => {
  it("are read once within their time to live, all names in one request", async () => {
    const { clock, source, parameters } = world();
    for (let second = 0; second < 60; second++) {
      assert.deepEqual(await parameters.current(), { value: { table: "table-events", limit: 5 } });
      clock.pass(999);
    }
    assert.equal(source.reads, 1);
  });

  it("show a change once their time to live is over", async () => {
    const { clock, source, parameters } = world();
    await parameters.current();
    source.values.set(NAMES.limit, "9");
    clock.pass(60_000);
    assert.equal((await parameters.current()).value.limit, 9);
    assert.equal(source.reads, 2);
  });

  it("are read once for all who wait for them", async () => {
    const { source, parameters } = world();
    let open: (value?: unknown) => void = () => undefined;
    source.gate = () => new Promise((resolve) => (open = resolve));
    const waiting = [parameters.current(), parameters.current(), parameters.current()];
    open();
    assert.equal(new Set(await Promise.all(waiting)).size, 1);
    assert.equal(source.reads, 1);
  });

  it("stay as they were when a refresh fails, and say so, until one succeeds", async () => {
    const { clock, source, parameters } = world();
    await parameters.current();
    source.values.set(NAMES.limit, "9");
    source.fail(new Error("Rate exceeded"));
    clock.pass(60_000);
    const stale = await parameters.current();
    assert.deepEqual([stale.value.limit, stale.stale?.message], [5, "Rate exceeded"]);
    await parameters.current();
    assert.equal(source.reads, 2, "an outage is not hammered");
    clock.pass(5_000);
    assert.deepEqual(await parameters.current(), { value: { table: "table-events", limit: 9 } });
  });

  it("stay as they were when their successors cannot be read or are gone", async () => {
    const { clock, source, parameters } = world();
    await parameters.current();
    source.values.set(NAMES.limit, "many");
    clock.pass(60_000);
    const unreadable = await parameters.current();
    assert.equal(unreadable.value.limit, 5);
    assert.match(String(unreadable.stale), /limit is "many"; give a whole number/);
    source.values.delete(NAMES.limit);
    clock.pass(60_000);
    assert.match(String((await parameters.current()).stale), /\/sluice\/test\/limit does not exist/);
  });

  it("fail by name at a cold start, and are read again by the next invocation", async () => {
    const { source, parameters } = world();
    source.values.delete(NAMES.table);
    await assert.rejects(parameters.current(), {
      name: "FinalFailure",
      message: /Parameter \/sluice\/test\/table does not exist/,
    });
    source.values.set(NAMES.table, "table-events");
    source.values.set(NAMES.limit, "");
    await assert.rejects(parameters.current(), { name: "FinalFailure", message: /\/sluice\/test\/limit.*limit is ""/ });
    source.values.set(NAMES.limit, "1");
    assert.equal((await parameters.current()).value.limit, 1);
  });

  it("come from GetParameters, which answers without the names it does not know", async () => {
    const asked: unknown[] = [];
    const client = {
      send: async ({ input }: { input: unknown }) => {
        asked.push(input);
        return { Parameters: [{ Name: "/a", Value: "1" }], InvalidParameters: ["/b"] };
      },
    };
    const source = new SsmParameters(client as never);
    assert.deepEqual(await source.fetch(["/a", "/b"]), new Map([["/a", "1"]]));
    assert.deepEqual(asked, [{ Names: ["/a", "/b"], WithDecryption: true }]);
    await assert.rejects(source.fetch(Array.from({ length: 11 }, (_, i) => `/${i}`)), /11 parameters.*takes 10/);
  });

  it("are named by environment variables, every missing one of which is reported", () => {
    type Env = { A_PARAMETER: string; B_PARAMETER: string; C_PARAMETER: string };
    const keys = ["A_PARAMETER", "B_PARAMETER", "C_PARAMETER"] as const;
    const env = { A_PARAMETER: "/a", B_PARAMETER: "/b", C_PARAMETER: "/c" };
    assert.deepEqual(readEnv<Env>({ ...env, PATH: "/bin" }, keys), env);
    assert.throws(
      () => readEnv<Env>({ B_PARAMETER: "/b", C_PARAMETER: "" }, keys),
      /A_PARAMETER, C_PARAMETER is not set/,
    );
  });
});
