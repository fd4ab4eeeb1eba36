import { type Json, matchesPattern, patternMistakes } from "./event-pattern";
import { isTableStream } from "./source";
import type { StreamRecord } from "./stream-record";

/** `FilterCriteria`: patterns as JSON text; a record that fits one of them is kept. */
export interface FilterCriteria {
  readonly filters: readonly { readonly pattern: string }[];
}

/** "you can define up to five different filters for a single event source mapping" (ten on request). */
const MOST_FILTERS = 10;

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

interface KinesisPart {
  readonly kinesis?: { readonly data?: string };
}

/**
 * The record as filters see it: for Kinesis the fields of `kinesis` with the decoded data under `data`, absent when it is
 * not JSON; for other streams the event's record itself.
 */
function filterable(record: StreamRecord): Json {
  const { kinesis } = record.event as KinesisPart;
  if (kinesis === undefined) return record.event as Json;
  const data = parsed(Buffer.from(kinesis.data ?? "", "base64").toString("utf8"));
  const { data: _, ...metadata } = kinesis;
  return { ...metadata, ...(data === undefined ? {} : { data }) } as Json;
}

/**
 * Whether Lambda hands a record to the function ("Properly filtering Kinesis and DynamoDB messages", Lambda Developer
 * Guide): "Incoming data format: Non-JSON; filter pattern: valid JSON: Lambda drops the record", even where the pattern
 * asks for the absence of a field; filters are joined by OR, and no filter lets everything through.
 */
export function passes(record: StreamRecord, criteria: FilterCriteria | undefined): boolean {
  if (criteria === undefined || criteria.filters.length === 0) return true;
  const view = filterable(record) as { readonly [key: string]: Json };
  return criteria.filters.some(({ pattern }) => {
    const rules = JSON.parse(pattern) as { readonly [key: string]: Json };
    if ("kinesis" in record.event && "data" in rules && !("data" in view)) return false;
    return matchesPattern(view, rules);
  });
}

/** What AWS refuses when the mapping is made: "The filter pattern for data must be in a valid JSON format." */
export function filterMistakes(criteria: FilterCriteria | undefined, eventSourceArn: string): string[] {
  const filters = criteria?.filters ?? [];
  const tooMany = filters.length > MOST_FILTERS ? [`${filters.length} filters; give ${MOST_FILTERS} at most.`] : [];
  const wrong = filters.flatMap(({ pattern }) => {
    const rules = parsed(pattern);
    if (rules === undefined) return [`the filter pattern ${pattern} is not JSON.`];
    const mistakes = patternMistakes(rules).map((mistake) => `the filter ${pattern}: ${mistake}.`);
    if (mistakes.length > 0) return mistakes;
    const mistakesOf = isTableStream(eventSourceArn) ? changeMistakes : dataMistakes;
    return mistakesOf(pattern, rules as { readonly [key: string]: Json });
  });
  return [...tooMany, ...wrong];
}

/** "Kinesis event source mappings only support filtering on the data key." */
function dataMistakes(pattern: string, rules: { readonly [key: string]: Json }): string[] {
  const others = Object.keys(rules).filter((key) => key !== "data" && key !== "$or");
  if (others.length > 0) return [`the filter ${pattern} asks for ${others}; Kinesis mappings filter on data only.`];
  return Array.isArray(rules.data) ? [`the filter ${pattern}: data must be a JSON object of fields.`] : [];
}

/**
 * "DynamoDB event source mappings only support filtering on the dynamodb key", says the guide; AWS's own examples of the
 * same filters ask for `eventName` too (FilterCriteria, CDK API reference), and Lambda takes them.
 */
function changeMistakes(pattern: string, rules: { readonly [key: string]: Json }): string[] {
  const others = Object.keys(rules).filter((key) => !["dynamodb", "eventName", "$or"].includes(key));
  return others.length === 0 ? [] : [`the filter ${pattern} asks for ${others}; give dynamodb or eventName.`];
}
