import { type Fields, isRecord } from "../../../shared/fields";
import type { BidRequest, Imp } from "./bid-request";
import {
  blockList,
  code,
  currency,
  flag,
  hasAny,
  id,
  listOf,
  object,
  objects,
  positive,
  texts,
  tolerate,
  unique,
} from "./checks";
import { impProblem } from "./imp-problem";
import { deviceProblem, userProblem } from "./person-problem";
import { appProblem, doohProblem, siteProblem } from "./place-problem";
import { regsProblem, sourceProblem } from "./source-problem";

/** Impressions of a request. */
export const MOST_IMPS = 100;

/** What is wrong with a bid request, [3.2.1], or "". */
export const requestProblem = (value: unknown): string => object(value, attributesProblem);

function attributesProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = requestAttribute(name as keyof BidRequest, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  if (fields.id === undefined) return ".id: give one";
  return hasAny(fields.imp) ? requestRules(fields) : `.imp: give a list of 1 to ${MOST_IMPS} objects`;
}

function requestAttribute(key: keyof BidRequest, value: unknown): string {
  switch (key) {
    case "id":
      return id(value);
    case "imp":
      return objects(value, impProblem, MOST_IMPS) || unique(value as readonly Imp[]);
    case "site":
      return object(value, siteProblem);
    case "app":
      return object(value, appProblem);
    case "dooh":
      return object(value, doohProblem);
    case "device":
      return object(value, deviceProblem);
    case "user":
      return object(value, userProblem);
    case "source":
      return object(value, sourceProblem);
    case "regs":
      return object(value, regsProblem);
    default:
      return plainAttribute(key, value);
  }
}

type Parts = "id" | "imp" | "site" | "app" | "dooh" | "device" | "user" | "source" | "regs";

function plainAttribute(key: Exclude<keyof BidRequest, Parts>, value: unknown): string {
  switch (key) {
    case "test":
    case "allimps":
      return flag(value);
    case "at":
      return isAuctionType(value) ? "" : ": give 1, 2, or 500 and up";
    case "tmax":
      return positive(value);
    case "cattax":
      return code(value);
    case "cur":
      return listOf(value, currency);
    case "wseat":
    case "bseat":
    case "wlang":
    case "wlangb":
      return texts(value);
    case "acat":
    case "bcat":
    case "badv":
    case "bapp":
      return blockList(value);
    case "ext":
      return isRecord(value) ? "" : ": give an object";
    default:
      return tolerate(key);
  }
}

/** Types of 500 and up are an exchange's own; 3 is for deals only, [3.2.1, 3.2.12]. */
const isAuctionType = (value: unknown): boolean =>
  value === 1 || value === 2 || (Number.isSafeInteger(value) && (value as number) >= 500);

/** "A bid request must not contain more than one of a Site, App or DOOH object", [3.2.13]. */
function requestRules(request: Fields): string {
  const { site, app, dooh } = request;
  if (site !== undefined && (app !== undefined || dooh !== undefined)) return ".site: give one of site, app and dooh";
  if (app !== undefined && dooh !== undefined) return ".app: give one of site, app and dooh";
  return hasAny(request.wseat) && hasAny(request.bseat) ? ".bseat: give this or wseat, not both" : "";
}
