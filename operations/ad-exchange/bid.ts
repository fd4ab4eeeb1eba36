import { parseArgs } from "node:util";
import { readBidRequest } from "../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { type Fields, isRecord } from "../../functions/shared/fields";
import { generateCampaigns } from "../../local/exchange/campaigns";
import { httpTarget } from "../../local/exchange/http-target";
import { exchangeInProcess } from "../../local/exchange/in-process";
import { sampleSettings } from "../../local/exchange/settings";
import type { Answered, Target } from "../../local/exchange/target";
import { wholeNumber } from "../../local/options";
import { count } from "../../local/report-lines";
import { operate } from "../operate";
import { runningExchange } from "../where";
import { bidView } from "./bid-view";
import { jsonIn } from "./campaign-file";
import { textOf } from "./text-of";

export const BID_USAGE = `npm run bid -- <request.json | -> [options]
  Sends one OpenRTB 2.6 bid request as a test, which nobody is billed for, and prints the answer and how it was decided.
  --stack S       local (default): the cloud that \`npm start -- --keep\` runs; without it, decided in this process
  --url U         an exchange somewhere else: a stack's API endpoint, or what \`npm run exchange:serve\` prints
  --token T       a publisher's token; better in EXCHANGE_TOKEN, which no list of processes shows
  --campaigns N   made-up campaigns where it is decided in this process, default 10000
  --real          not a test: no trace, and notices that bill
  --json          print the answer as it came`;

const OPTIONS = {
  stack: { type: "string", default: "local" },
  url: { type: "string" },
  token: { type: "string" },
  campaigns: { type: "string", default: "10000" },
  real: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Where a request goes, and how that is said. */
export interface Place {
  readonly target: Target;
  readonly says: string;
  readonly token?: string | undefined;
}

/** What a request is sent as. @throws Error of one line where the text is no request at all */
export function bodyOf(text: string, file: string, isReal: boolean): string {
  const request = jsonIn(text, file);
  if (!isRecord(request)) throw new Error(`${file} holds no bid request: give a JSON object.`);
  return isReal ? text : JSON.stringify({ ...request, test: 1 });
}

/** What there is to print. @throws Error of one line where the exchange refused the request */
export function answerLines(body: string, { status, body: answer }: Answered): string[] {
  if (status === 204) return [`no bid; why is told of tests only`];
  if (status !== 200) throw new Error(`${status}: ${refusal(status, body)}`);
  const response: unknown = jsonIn(answer, "The answer");
  if (!isRecord(response)) throw new Error("The answer is no bid response.");
  return bidView(JSON.parse(body) as Fields, response);
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: "the token is missing, unknown or no longer valid; give --token or EXCHANGE_TOKEN.",
  403: "the token opens no auction, or the request is another publisher's.",
  404: "there is no exchange at that address.",
  413: "the request is too large.",
  415: "the exchange takes no JSON there.",
  429: "too many requests of this caller; wait a little.",
};

/** The answer to a malformed request has no content, so what is wrong with it is found out here. */
function refusal(status: number, body: string): string {
  const read = readBidRequest(body);
  if (status === 400 && !read.ok) return `malformed: ${read.problem}.`;
  return REFUSALS[status] ?? (status >= 500 ? "the exchange failed." : "the exchange refused the request.");
}

/** @throws Error of one line where a stack cannot be found */
export function placeOf({
  stack,
  url,
  token,
  campaigns,
}: {
  readonly stack: string;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly campaigns: number;
}): Place {
  if (url !== undefined) return { target: httpTarget(addressIn(url)), says: url, token };
  if (stack !== "local")
    throw new Error(`Give --url: \`pulumi stack output --stack ${stack}\` names the endpoint of the API.`);
  const kept = runningExchange();
  if (kept)
    return { target: httpTarget(kept.url), says: `the embedded cloud, ${kept.url}`, token: token ?? kept.token };
  const says = `this process, over ${count(campaigns)} made-up campaigns: no embedded cloud is running (npm start -- --keep)`;
  return { target: hereTarget(campaigns), says };
}

/** What the exchange's own path comes behind. */
function addressIn(url: string): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Error(`--url ${url}: give one such as https://host/stage.`);
  return url.replace(/\/(openrtb2\/auction\/?)?$/, "");
}

function hereTarget(count: number): Target {
  const now = new Date();
  const campaigns = generateCampaigns({ seed: 1, count, now });
  const { exchange } = exchangeInProcess({ campaigns, settings: sampleSettings(now) });
  const answer = (body: string) => exchange.answer({ body, caller: undefined, receivedAt: Date.now() });
  return {
    async send(body) {
      await answer(body); // a first decision is slow, and its time short
      return answer(body);
    },
    close: () => {},
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [file, ...others] = positionals;
  if (values.help) return console.log(BID_USAGE);
  if (file === undefined || others.length > 0)
    throw new Error("Give one file with a bid request, or - for standard input.");
  const body = bodyOf(textOf(file), file, values.real);
  const { stack, url, token = process.env.EXCHANGE_TOKEN } = values;
  const place = placeOf({ stack, url, token, campaigns: wholeNumber("campaigns", values.campaigns) });
  try {
    const answered = await sent(place, body);
    const lines = answerLines(body, answered);
    if (values.json) console.log(answered.body);
    else console.log(["", `Decided by ${place.says}`, "", ...lines, ""].join("\n"));
  } finally {
    place.target.close();
  }
}

async function sent({ target, token, says }: Place, body: string): Promise<Answered> {
  try {
    return await target.send(body, token);
  } catch (error) {
    throw new Error(`${says} does not answer: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}.`);
  }
}

if (require.main === module) operate(main);
