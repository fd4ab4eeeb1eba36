import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { marketDataNames } from "../../components/market-data/names";
import { operate } from "../operate";
import { locate } from "../where";
import { tradesFromCsv } from "./prices";
import { sendEvents } from "./sender";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      stack: { type: "string", default: "local" },
      rate: { type: "string", default: "6000" },
      source: { type: "string", default: "exchange.xnas" },
      venue: { type: "string", default: "XNAS" },
      feed: { type: "string", default: "csv" },
      currency: { type: "string", default: "USD" },
      size: { type: "string", default: "100" },
      "sequence-base": { type: "string", default: "0" },
    },
  });
  const [file] = positionals;
  if (!file) throw new Error("Give a CSV file with the columns symbol, price, and date or eventTime.");
  const { source, venue, feed, currency, size } = values;
  const sequenceBase = Number(values["sequence-base"]);
  const events = tradesFromCsv(readFileSync(file, "utf8"), { source, venue, feed, currency, size, sequenceBase });
  const { clients, names } = await locate(values.stack, marketDataNames);
  const sent = await sendEvents(clients.events, events, { busName: names.bus, ratePerMinute: Number(values.rate) });
  console.log(`${sent.length} events of ${file} sent to ${names.bus}`);
}

if (require.main === module) operate(main);
