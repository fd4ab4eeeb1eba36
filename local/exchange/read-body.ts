import type { IncomingMessage } from "node:http";
import { gunzip } from "../../functions/ad-exchange/bid-handler/content-coding";
import { LARGEST_BODY } from "../../functions/ad-exchange/domain/openrtb/read-bid-request";
import type { Awaitable } from "../../functions/ad-exchange/domain/ports";

/** Its bytes, unpacked; or what is answered instead; or undefined when the sender has gone. */
export type Body = Uint8Array | 400 | 413 | undefined;

/** Reads the body as long as it is no larger than a bid request may be, packed and unpacked. */
export function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const take = (part: Buffer) => {
      bytes += part.length;
      parts.push(part);
      if (bytes <= LARGEST_BODY) return;
      request.off("data", take);
      resolve(413);
    };
    request.on("data", take);
    request.once("end", () => resolve(unpacked(request, parts.length === 1 ? parts[0]! : Buffer.concat(parts))));
    request.once("close", () => resolve(undefined));
    request.once("error", () => resolve(undefined));
  });
}

const unpacked = ({ headers }: IncomingMessage, bytes: Buffer): Awaitable<Uint8Array | 400 | 413> =>
  /gzip/i.test(headers["content-encoding"] ?? "") ? gunzip(bytes) : bytes;
