import { parseArgs } from "node:util";
import { wholeNumber } from "../../local/options";
import { showExchange } from "./ad-exchange/exchange";
import { showMatching } from "./ad-exchange/matching";
import { showBundles } from "./bundles";
import { showClickstream } from "./clickstream";
import { showColdStart } from "./cold-start";
import { showDomain } from "./domain";
import { showSustained } from "./sustained";

const USAGE = `npm run bench -- [options]
  --events N      events of the sustained run (default 1500)
  --per-minute N  its rate (default 10000)
  --exchange      the ad exchange alone
  --million       campaigns are matched among a million, too: takes minutes and gigabytes`;

/** Prints distributions and ratios and judges none: times depend on the machine and on what else it does. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "1500" },
      "per-minute": { type: "string", default: "10000" },
      million: { type: "boolean", default: false },
      exchange: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const events = wholeNumber("events", values.events);
  const ratePerMinute = wholeNumber("per-minute", values["per-minute"]);
  const exchange = async () => {
    await showMatching([1_000, 10_000, 100_000, ...(values.million ? [1_000_000] : [])]);
    await showExchange();
  };
  if (values.exchange) return exchange();
  await showBundles();
  await showColdStart();
  showDomain();
  await exchange();
  await showClickstream();
  await showSustained({ events, ratePerMinute });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
