import type { Fields } from "../../../shared/fields";
import type { Audio, Video } from "./bid-request";
import { code, codes, count, flag, hasAny, listOf, objects, positive, price, text, texts, tolerate } from "./checks";
import { floorsRule, rangeProblem } from "./floors-problem";

/** What is wrong with a video, [3.2.7], or "". */
export function videoProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = videoAttribute(name as keyof Video, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return timedRules(fields);
}

function videoAttribute(key: keyof Video, value: unknown): string {
  switch (key) {
    case "w":
    case "h":
      return positive(value);
    case "linearity":
    case "plcmt":
      return code(value);
    case "skip":
      return flag(value);
    default:
      return timedAttribute(key, value);
  }
}

/** What is wrong with audio, [3.2.8], or "". */
export function audioProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = timedAttribute(name as keyof Audio, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return timedRules(fields);
}

/** What video and audio share, [3.2.7, 3.2.8]. */
function timedAttribute(key: keyof Audio, value: unknown): string {
  switch (key) {
    case "mimes":
      return hasAny(value) ? texts(value) : NO_MIMES;
    case "minduration":
    case "maxduration":
    case "minbitrate":
    case "maxbitrate":
    case "poddur":
      return count(value);
    case "rqddurs":
      return listOf(value, count);
    case "protocols":
    case "battr":
    case "api":
      return codes(value);
    case "startdelay":
      return code(value);
    case "podid":
      return text(value);
    case "mincpmpersec":
      return price(value);
    case "durfloors":
      return objects(value, rangeProblem);
    default:
      return tolerate(key);
  }
}

const NO_MIMES = ": give a list of at least one MIME type";

/** "Only one of minduration and rqddurs may be in a bid request", [3.2.7]. */
function timedRules(timed: Fields): string {
  if (timed.mimes === undefined) return `.mimes${NO_MIMES}`;
  const bounded = timed.minduration !== undefined || timed.maxduration !== undefined;
  if (bounded && hasAny(timed.rqddurs)) return ".rqddurs: give this, or minduration and maxduration, not both";
  return floorsRule(timed);
}
