import { type Fields, isRecord } from "../../../shared/fields";
import type { Native } from "./bid-request";
import {
  code,
  codes,
  count,
  flag,
  hasAny,
  LONGEST_LIST,
  object,
  objects,
  positive,
  text,
  texts,
  tolerate,
  unique,
} from "./checks";

/** Native markup request of OpenRTB Native 1.2, section 4.1: what the exchange reads of it. */
export interface NativeRequest {
  readonly ver?: string;
  readonly context?: number;
  readonly contextsubtype?: number;
  readonly plcmttype?: number;
  /** Identical placements; default 1. */
  readonly plcmtcnt?: number;
  readonly seq?: number;
  readonly assets: readonly NativeAsset[];
  readonly eventtrackers?: readonly EventTracker[];
  readonly privacy?: 0 | 1;
}

/** Section 4.2: at most one of title, img, video and data; none is of a kind that is not known. */
export interface NativeAsset {
  /** Whole number, unique in the request: the answer's assets name it. */
  readonly id: number;
  /** 1: no bid is taken without it. Default 0. */
  readonly required?: 0 | 1;
  readonly title?: { readonly len: number };
  readonly img?: NativeImage;
  readonly video?: NativeVideo;
  readonly data?: { readonly type: number; readonly len?: number };
}

export interface NativeImage {
  /** 1 icon, 3 main. */
  readonly type?: number;
  readonly w?: number;
  readonly wmin?: number;
  readonly h?: number;
  readonly hmin?: number;
  readonly mimes?: readonly string[];
}

export interface NativeVideo {
  readonly mimes: readonly string[];
  readonly minduration: number;
  readonly maxduration: number;
  readonly protocols: readonly number[];
}

export interface EventTracker {
  readonly event: number;
  readonly methods: readonly number[];
}

export type NativeRead =
  | { readonly ok: true; readonly request: NativeRequest }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads the JSON text within a native impression; done only where a native bid is looked for. The root "native" of
 * version 1.0 is looked through. Never throws.
 */
export function readNativeRequest(native: Native): NativeRead {
  let given: unknown;
  try {
    given = JSON.parse(native.request);
  } catch {
    return { ok: false, problem: "request: give JSON" };
  }
  const root = isRecord(given) && isRecord(given.native) && given.assets === undefined ? given.native : given;
  const problem = object(root, nativeRequestProblem);
  return problem === ""
    ? { ok: true, request: root as unknown as NativeRequest }
    : { ok: false, problem: `request${problem}` };
}

function nativeRequestProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = requestAttribute(name as keyof NativeRequest, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return hasAny(fields.assets) ? "" : `.assets: give a list of 1 to ${LONGEST_LIST} objects`;
}

function requestAttribute(key: keyof NativeRequest, value: unknown): string {
  switch (key) {
    case "ver":
      return text(value);
    case "context":
    case "contextsubtype":
    case "plcmttype":
      return code(value);
    case "plcmtcnt":
      return positive(value);
    case "seq":
      return count(value);
    case "assets":
      return objects(value, assetProblem) || unique(value as readonly NativeAsset[]);
    case "eventtrackers":
      return objects(value, trackerProblem);
    case "privacy":
      return flag(value);
    default:
      return tolerate(key);
  }
}

function assetProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = assetAttribute(name as keyof NativeAsset, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  if (fields.id === undefined) return ".id: give one";
  let kinds = 0;
  for (const kind of NATIVE_KINDS) if (fields[kind] !== undefined) kinds++;
  return kinds > 1 ? ".title: give one of title, img, video and data" : "";
}

export const NATIVE_KINDS = ["title", "img", "video", "data"] as const;
export type NativeKind = (typeof NATIVE_KINDS)[number];

function assetAttribute(key: keyof NativeAsset, value: unknown): string {
  switch (key) {
    case "id":
      return code(value);
    case "required":
      return flag(value);
    case "title":
      return object(value, titleProblem);
    case "img":
      return object(value, imageProblem);
    case "video":
      return object(value, videoProblem);
    case "data":
      return object(value, dataProblem);
    default:
      return tolerate(key);
  }
}

const within = (name: string, problem: string): string => (problem === "" ? "" : `.${name}${problem}`);
const optional = (value: unknown, check: (value: unknown) => string): string =>
  value === undefined ? "" : check(value);

const titleProblem = ({ len }: Fields): string => within("len", positive(len));

const dataProblem = ({ type, len }: Fields): string =>
  within("type", code(type)) || within("len", optional(len, positive));

const imageProblem = ({ type, w, wmin, h, hmin, mimes }: Fields): string =>
  within("type", optional(type, code)) ||
  within("w", optional(w, positive)) ||
  within("wmin", optional(wmin, count)) ||
  within("h", optional(h, positive)) ||
  within("hmin", optional(hmin, count)) ||
  within("mimes", optional(mimes, texts));

const videoProblem = ({ mimes, minduration, maxduration, protocols }: Fields): string =>
  within("mimes", hasAny(mimes) ? texts(mimes) : ": give a list of at least one MIME type") ||
  within("minduration", count(minduration)) ||
  within("maxduration", count(maxduration)) ||
  within("protocols", codes(protocols));

const trackerProblem = ({ event, methods }: Fields): string =>
  within("event", code(event)) || within("methods", codes(methods));
