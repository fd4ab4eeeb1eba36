import type { Fields } from "../../../shared/fields";
import type { Regs, Source, SupplyChain, SupplyChainNode } from "./bid-request";
import { code, codes, document, flag, id, object, objects, text, tolerate } from "./checks";

/** What is wrong with the regulations, [3.2.3], or "". */
export function regsProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = regsAttribute(name as keyof Regs, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function regsAttribute(key: keyof Regs, value: unknown): string {
  switch (key) {
    case "coppa":
    case "gdpr":
      return flag(value);
    case "us_privacy":
      return text(value);
    case "gpp":
      return document(value);
    case "gpp_sid":
      return codes(value);
    case "ext":
      return object(value, regsExtProblem);
    default:
      return tolerate(key);
  }
}

function regsExtProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = regsExtAttribute(name as keyof NonNullable<Regs["ext"]>, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function regsExtAttribute(key: keyof NonNullable<Regs["ext"]>, value: unknown): string {
  switch (key) {
    case "gdpr":
      return flag(value);
    case "us_privacy":
    case "gpc":
      return text(value);
    case "gpp":
      return document(value);
    case "gpp_sid":
      return codes(value);
    default:
      return tolerate(key);
  }
}

/** What is wrong with where the request comes from, [3.2.2], or "". */
export function sourceProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = sourceAttribute(name as keyof Source, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function sourceAttribute(key: keyof Source, value: unknown): string {
  switch (key) {
    case "fd":
      return code(value);
    case "tid":
    case "pchain":
      return text(value);
    case "schain":
      return object(value, chainProblem);
    case "ext":
      return object(value, sourceExtProblem);
    default:
      return tolerate(key);
  }
}

function sourceExtProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = sourceExtAttribute(name as keyof NonNullable<Source["ext"]>, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function sourceExtAttribute(key: keyof NonNullable<Source["ext"]>, value: unknown): string {
  switch (key) {
    case "schain":
      return object(value, chainProblem);
    default:
      return tolerate(key);
  }
}

/** [3.2.25]: all three are required. */
function chainProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = chainAttribute(name as keyof SupplyChain, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  const { complete, nodes, ver } = fields;
  if (complete === undefined) return ".complete: give 0 or 1";
  if (nodes === undefined) return ".nodes: give a list";
  return ver === undefined ? ".ver: give one" : "";
}

function chainAttribute(key: keyof SupplyChain, value: unknown): string {
  switch (key) {
    case "complete":
      return flag(value);
    case "nodes":
      return objects(value, nodeProblem);
    case "ver":
      return id(value);
    default:
      return tolerate(key);
  }
}

/** Letters of `sid` are counted in the exchange's own node only: one of another that is longer still says who it was. */
function nodeProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = nodeAttribute(name as keyof SupplyChainNode, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  if (fields.asi === undefined) return ".asi: give one";
  return fields.sid === undefined ? ".sid: give one" : "";
}

function nodeAttribute(key: keyof SupplyChainNode, value: unknown): string {
  switch (key) {
    case "asi":
    case "sid":
      return id(value);
    case "rid":
    case "name":
    case "domain":
      return text(value);
    case "hp":
      return flag(value);
    default:
      return tolerate(key);
  }
}
