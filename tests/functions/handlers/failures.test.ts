import assert from "node:assert/strict";
import { within } from "../../../functions/shared/deadline";
import { doing, FinalFailure, failureFrom, RetryableFailure } from "../../../functions/shared/outcome";

const named = (name: string) => Object.assign(new Error("said the service"), { name });

describe("failures", () => {
  for (const name of ["ThrottlingException", "TimeoutError", "InternalServerError", "ECONNREFUSED", "Error"]) {
    it(`${name} is worth a retry`, () => {
      const failure = failureFrom(named(name), "storing");
      assert.deepEqual([failure.name, failure.retryable], ["RetryableFailure", true]);
      assert.equal(failure.message, `storing: ${name}: said the service`);
    });
  }

  for (const name of [
    "AccessDeniedException",
    "ResourceNotFoundException",
    "ValidationException",
    "NotFoundException",
  ]) {
    it(`${name} needs somebody to mend it`, () => {
      const cause = named(name);
      const failure = failureFrom(cause, "storing");
      assert.deepEqual([failure.name, failure.retryable, failure.cause], ["FinalFailure", false, cause]);
    });
  }

  it("stay what they are when they pass through another layer", async () => {
    const failure = new FinalFailure("no such rule");
    await assert.rejects(
      doing("deciding", () => Promise.reject(failure)),
      (error) => error === failure,
    );
  });

  it("come of things that are no errors, too", () => {
    assert.equal(failureFrom("broken", "storing").message, "storing: Error: broken");
  });

  it("come of work that takes too long, and of nothing else", async () => {
    const never = new Promise<never>(() => undefined);
    await assert.rejects(within(5, "ingestion", never), (error) => {
      assert.ok(error instanceof RetryableFailure);
      assert.match(error.message, /timeout: ingestion was not done within 5 ms/);
      return true;
    });
    assert.equal(await within(1_000, "ingestion", Promise.resolve(7)), 7);
  });
});
