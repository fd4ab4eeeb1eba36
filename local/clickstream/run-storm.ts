import { setMaxListeners } from "node:events";
import { parseArgs } from "node:util";
import { operate } from "../../operations/operate";
import { exitCodeOf, interruption } from "../interruption";
import { wholeNumber } from "../options";
import { Progress } from "../progress";
import { isEven, render } from "./report";
import { storm } from "./storm";

const USAGE = `npm run clickstream:storm -- [options]
  --events N    messages and records to send (default 10000)
  --seed N      decides visits and faults (default 1)
  --no-faults   the same visits, and nothing is done to the system`;

/**
 * Sends a storm through clickstream on an estate of its own, and tells what became of it. Ends with 1 when anything is lost or given up,
 * with 130 when it was interrupted.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      "no-faults": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [events, seed] = [wholeNumber("events", values.events), wholeNumber("seed", values.seed)];
  const faults = !values["no-faults"];
  setMaxListeners(0); // all batches of one of Segment's clients that wait for their next try listen to one signal
  const signal = interruption();
  const progress = new Progress(process.stdout);
  const onProgress = (step: string, done: number, total: number) => progress.bar(step, done, total);
  const { ledger, facts, struck, problems } = await storm({
    ...{ events, seed, faults, onProgress, signal },
  });
  progress.clear();
  const title = `Clickstream: a storm of seed ${seed}, ${faults ? "with all faults" : "without faults"}`;
  console.log(render(ledger, { ...facts, title, faults: struck }));
  for (const problem of problems.slice(0, 5)) console.log(`  problem: ${problem}`);
  if (signal.aborted) console.log("  interrupted");
  process.exitCode = exitCodeOf(isEven(ledger, facts), signal);
}

operate(main);
