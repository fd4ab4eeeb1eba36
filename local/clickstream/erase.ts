import { setTimeout as pause } from "node:timers/promises";
import { isRecord } from "../../functions/shared/fields";
import { countBy } from "../figures";
import type { Sending } from "./sendings";

/** Where the reader answers, and the key that may erase. */
export interface ErasureTarget {
  readonly url: string;
  readonly accessKey: string;
}

const TRIES = 20;

/** Erases a user through the public interface, asking again until it is done. @throws when it does not come to an end */
export async function eraseUser(userId: string, { url, accessKey }: ErasureTarget): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from(`${accessKey}:`).toString("base64")}` };
  let last = "";
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await pause(200);
    const asked = { method: "DELETE", headers, signal: AbortSignal.timeout(40_000) };
    last = await fetch(`${url}/v1/users/${encodeURIComponent(userId)}`, asked).then(
      async (answer) => `${answer.status} ${await answer.text()}`,
      String,
    );
    if (last.startsWith("200 ")) return;
    if (last.startsWith("4")) break;
  }
  throw new Error(`user ${userId} cannot be erased: the reader answered ${last.slice(0, 200)}`);
}

/** The users of whom most is sent. */
export function busiestUsers(sendings: readonly Sending[], most: number): string[] {
  const users = sendings.flatMap((sending) => {
    const said = sending.by === "library" ? sending.call : sending.by === "device" ? sending.message : undefined;
    const userId = isRecord(said) ? said.userId : undefined;
    return sending.expectation === "accept" && typeof userId === "string" ? [userId] : [];
  });
  return [...countBy(users, (user) => user)]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([user]) => user);
}
