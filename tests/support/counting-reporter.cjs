const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

/** Mocha's spec reporter that also leaves `{ passed, failed }` in the file named by the option `counts`. */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures } = runner.stats;
      writeFileSync(options.reporterOptions.counts, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
};
