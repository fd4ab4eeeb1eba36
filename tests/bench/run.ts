import { parseArgs } from "node:util";
import { wholeNumber } from "../../local/options";
import { showBundles } from "./bundles";
import { showClickstream } from "./clickstream";
import { showColdStart } from "./cold-start";
import { showDomain } from "./domain";
import { showSustained } from "./sustained";

const USAGE = `npm run bench -- [options]
  --events N      events of the sustained run (default 1500)
  --per-minute N  its rate (default 10000)`;

/** Prints distributions and ratios and judges none: times depend on the machine and on what else it does. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "1500" },
      "per-minute": { type: "string", default: "10000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const events = wholeNumber("events", values.events);
  const ratePerMinute = wholeNumber("per-minute", values["per-minute"]);
  await showBundles();
  await showColdStart();
  showDomain();
  await showClickstream();
  await showSustained({ events, ratePerMinute });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
