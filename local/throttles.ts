import type { Cloud } from "./cloud";

/** What fails, as AWS fails it when it throttles; the embedded cloud has no capacity that could be exceeded. */
export type Throttle = {
  /** Times in all; 0 ends it. Left out: without end. */
  readonly times?: number;
  /** Share of the writes or records that fail, 0 to 1. Default 1. */
  readonly share?: number;
  /** Decides which they are. Default 1. */
  readonly seed?: number;
} & (
  | {
      /** Writes of this table. How it is billed decides the exception; default is on demand. */
      readonly table: string;
      readonly mode?: "PROVISIONED" | "PAY_PER_REQUEST";
    }
  | {
      /** Records that are put into this stream, each by itself. */
      readonly stream: string;
    }
);

type Place = Pick<Cloud, "endpoint">;

/** Begins to throttle a table or a stream, in place of what throttled it before. */
export async function throttle(cloud: Place, what: Throttle): Promise<void> {
  await ask(cloud, { method: "POST", body: JSON.stringify(what) });
}

/** How many writes and records were throttled so far, by name of the table or stream. */
export async function throttled(cloud: Place): Promise<Readonly<Record<string, number>>> {
  const { struck } = (await (await ask(cloud)).json()) as { struck: Record<string, number> };
  return struck;
}

async function ask({ endpoint }: Place, request?: RequestInit): Promise<Response> {
  const answer = await fetch(`${endpoint}/_sluice/throttles`, request);
  if (!answer.ok) throw new Error(`throttles: the cloud answered ${answer.status}, ${await answer.text()}`);
  return answer;
}
