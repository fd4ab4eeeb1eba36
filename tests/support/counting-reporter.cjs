const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

/**
 * Mocha's spec reporter that also leaves `{ passed, failed, failures }` in the file named by the option `counts`; a failure
 * is its test's full title and what it failed with.
 */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on("fail", (test, error) => failures.push(`${test.fullTitle()}\n${error?.stack ?? error}`));
    runner.once("end", () => {
      const { passes, failures: failed } = runner.stats;
      writeFileSync(options.reporterOptions.counts, JSON.stringify({ passed: passes, failed, failures }));
    });
  }
};
