import type { Estate } from "../estate";
import type { Progress } from "../progress";
import type { Show } from "../show";
import { urlOf } from "./deployed";
import type { RunKeys } from "./keys";
import { isEven, render } from "./report";
import { run } from "./run";
import { generateSendings } from "./sendings";
import type { TrackedPage } from "./tracker/serve";

export interface ClickstreamOptions {
  /** Messages and records in all. */
  readonly clicks: number;
  readonly seed: number;
  readonly keys: RunKeys;
  /** A web page that is served as long as the estate is kept. */
  readonly page?: TrackedPage;
}

/** Visits of a shop through Segment's own client, and what became of every message. */
export const clickstreamShow = (options: ClickstreamOptions): Show => ({
  run: (estate, progress, signal) => show(estate, options, progress, signal),
  keepText: (estate) => keepText(estate, options),
});

async function show(
  estate: Estate,
  { clicks, seed, keys: { writeKey } }: ClickstreamOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const sendings = generateSendings({ seed, events: clicks, startTime: new Date() });
  const { ledger, facts } = await run(estate, sendings, {
    ...{ writeKey, signal },
    onSent: (done, total) => progress.bar("visits of a shop", done, total, "messages sent"),
    onAllSent: () => progress.say("waiting until every record is settled"),
  });
  if (signal.aborted) return true;
  progress.clear();
  console.log(
    render(ledger, { ...facts, title: `Clickstream: visits of seed ${seed}, sent as fast as they are taken` }),
  );
  return isEven(ledger, facts);
}

function keepText(estate: Estate, { keys: { writeKey, accessKey }, page }: ClickstreamOptions): string {
  const url = urlOf(estate);
  page?.sendTo({ url, writeKey });
  const track = JSON.stringify({ userId: "you", event: "Clicked", properties: { where: "terminal" } });
  return `
Clickstream: send a call, read what is known of a user (events stand there some ${STORED_AFTER} s later), erase them,

  curl -u ${writeKey}: -H 'content-type: application/json' -d '${track}' ${url}/v1/track
  curl -u ${accessKey}: '${url}/v1/users/you/events'
  curl -u ${accessKey}: '${url}/v1/users/you/sessions'
  curl -u ${accessKey}: -X DELETE '${url}/v1/users/you'
${page === undefined ? "" : `\nlook at a web page that is tracked, ${page.origin}/\n`}
or put records that processing gave up on into the stream again:

  npm run clickstream:redrive
`;
}

/** The batching window, scaled as the local cloud scales waits, and a cold start. */
const STORED_AFTER = 2;
