import { deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import type { Answer } from "../load-balancer/model";
import { valuesOf } from "../load-balancer/model";
import { type Asked, Refusal, type Stage } from "./model";

/** "Payload size: 10 MB" (quotas of REST APIs); also of what a compressed body comes to. */
export const LARGEST_BODY = 10 * 1024 * 1024;

export const tooLarge = new Refusal("REQUEST_TOO_LARGE", "Request Too Long");

/**
 * The request with its body as it was before its content coding ("Call an API method with a compressed payload", Developer Guide: a
 * coding that is not supported, or a body that is not of it, is 415). AWS also takes compressed bodies of APIs that compress no
 * answers. It does not say whether the function is still told the coding; here it is not, since the body has it no longer.
 */
export function decompressed(asked: Asked): Asked | Refusal {
  const coding = (valuesOf(asked.headers, "content-encoding").join(",") || "identity").trim().toLowerCase();
  if (coding === "identity") return asked;
  const open = { gzip: gunzipSync, deflate: inflateSync }[coding];
  if (open === undefined) return unsupported;
  try {
    const body = open(asked.body, { maxOutputLength: LARGEST_BODY });
    return { ...asked, body, headers: asked.headers.filter(([name]) => name.toLowerCase() !== "content-encoding") };
  } catch (error) {
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? tooLarge : unsupported;
  }
}

const unsupported = new Refusal("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type");

/**
 * The answer in a coding that the client asks for by name, if the API compresses and the answer is long enough and not compressed yet
 * ("Receive an API response with a compressed payload").
 */
export function compressed(answer: Answer, asked: Asked, { api }: Stage): Answer {
  const least = api.minimumCompressionSize;
  if (least === undefined || valuesOf(answer.headers, "content-encoding").length > 0) return answer;
  const coding = codingFor(valuesOf(asked.headers, "accept-encoding").join(","));
  if (coding === undefined || Buffer.byteLength(answer.body) < least) return answer;
  const body = coding === "gzip" ? gzipSync(answer.body) : deflateSync(answer.body);
  return { ...answer, headers: [...answer.headers, ["content-encoding", coding]], body };
}

/** The coding that the client likes best, if it is one of ours; nothing for `*`, which asks for none by name. */
function codingFor(accepted: string): "gzip" | "deflate" | undefined {
  const codings = accepted.split(",").map((part) => {
    const [name = "", quality = "q=1"] = part.split(";").map((text) => text.trim().toLowerCase());
    return { name, quality: Number(quality.replace(/^q=/, "")) };
  });
  const best = codings.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  const first = best[0]?.name;
  return first === "gzip" || first === "deflate" ? first : undefined;
}
