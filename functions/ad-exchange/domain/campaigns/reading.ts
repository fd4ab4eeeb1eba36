import type { z } from "zod";
import { isRecord } from "../../../shared/fields";
import type { Campaign } from "../campaign";
import { type NewCampaign, newCampaign, type WrittenCampaign, writtenCampaign } from "./campaign-schema";
import { mergePatch } from "./merge-patch";
import { type Mistake, Problem, pointerTo } from "./problem";
import { MOST, WRITABLE } from "./rules";

/** Reads a body as JSON. @returns a problem where it is none, too large or too deep */
export function readJson(body: Uint8Array): { readonly json: unknown } | Problem {
  if (body.byteLength > MOST.documentBytes)
    return new Problem("too_large", `the body has ${body.byteLength} bytes; give at most ${MOST.documentBytes}`);
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return isDeeper(json, MOST.depth) ? new Problem("malformed", `give at most ${MOST.depth} levels`) : { json };
  } catch {
    return new Problem("malformed", "the body is no JSON in UTF-8");
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1)));

/** A campaign to be made, as its advertiser sends it. */
export const readNew = (json: unknown): NewCampaign | Problem => checked(newCampaign, json);

/** What a merge patch makes of a campaign. Only members that are the advertiser's may be named. */
export function readPatched(campaign: Campaign, patch: unknown): WrittenCampaign | Problem {
  if (!isRecord(patch)) return new Problem("malformed", "give a JSON object: a merge patch (RFC 7396)");
  const foreign = Object.keys(patch).filter((name) => !WRITABLE.some((each) => each === name));
  if (foreign.length > 0) {
    const detail = `cannot be changed; give some of ${WRITABLE.join(", ")}`;
    return invalid(foreign.map((name) => ({ pointer: pointerTo([name]), detail })));
  }
  const written = Object.fromEntries(
    Object.entries(campaign).filter(([name]) => WRITABLE.some((each) => each === name)),
  );
  return checked(writtenCampaign, mergePatch(written, patch));
}

/** A problem where a campaign is more than its row, and its copy among the changes, may hold. */
export function tooLarge(campaign: Campaign): Problem | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(campaign));
  if (bytes <= MOST.documentBytes) return undefined;
  return new Problem("too_large", `the campaign would have ${bytes} bytes; ${MOST.documentBytes} are the most`);
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | Problem {
  const { success, data, error } = schema.safeParse(value, { reportInput: true });
  return success ? data : invalid(error!.issues.flatMap(mistakesOf));
}

/** Mistakes that are told: one more and the caller should look at the documentation instead. */
const TOLD = 100;

const invalid = (errors: readonly Mistake[]): Problem =>
  new Problem("invalid_campaign", `${errors.length} of the campaign's values cannot be taken`, {
    errors: errors.slice(0, TOLD),
  });

function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: "there is no such member" }));
  const isMissing = issue.code === "invalid_type" && issue.input === undefined;
  return [{ pointer: pointerTo(issue.path), detail: isMissing ? "this is missing" : issue.message }];
}
