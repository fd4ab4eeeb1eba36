import { fsbp, wellArchitected } from "../controls";
import type { Rule } from "../rule";
import { RUNTIMES } from "../runtimes";
import { FUNCTION } from "../types";
import { isSet, listOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

/** The day `days` after an ISO date, as an ISO date. */
const later = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

const RUNTIME: Rule = {
  ...SAME,
  name: "lambda-function-runtime-is-supported",
  says: "A function's runtime is one that AWS supports.",
  why: "After its end a runtime gets no security patches, and soon functions on it cannot be changed any more.",
  fix: "Give a newer runtime.",
  severity: "high",
  controls: [...fsbp("Lambda.2"), ...wellArchitected("SEC06-BP01")],
  types: [FUNCTION, "aws:lambda/layerVersion:LayerVersion"],
  settings: {
    daysBefore: {
      type: "integer",
      description: "For how many days before its end a runtime is already refused.",
      minimum: 0,
      default: 0,
    },
  },
  broken: ({ props: { runtime, compatibleRuntimes } }, { settings, today }) =>
    [runtime, ...listOf(compatibleRuntimes)].flatMap((id) => {
      const end = typeof id === "string" ? RUNTIMES[id] : undefined;
      const limit = later(today, Number(settings.daysBefore));
      return end !== undefined && end <= limit ? [`runtime is ${shown(id)}, supported until ${end}.`] : [];
    }),
  passes: [
    { props: { runtime: "nodejs22.x" } },
    { props: { packageType: "Image" } },
    { props: { runtime: "nodejs99.x" } },
    { type: "aws:lambda/layerVersion:LayerVersion", props: { compatibleRuntimes: ["nodejs22.x"] } },
  ],
  fails: [
    { props: { runtime: "nodejs16.x" } },
    { props: { runtime: "nodejs22.x" }, settings: { daysBefore: 3650 } },
    { type: "aws:lambda/layerVersion:LayerVersion", props: { compatibleRuntimes: ["nodejs22.x", "python3.7"] } },
  ],
};

const PROVISIONED: Rule = {
  ...SAME,
  name: "lambda-provisioned-concurrency-is-on-a-version",
  says: "Provisioned concurrency is on an alias or a version.",
  why: "Lambda refuses it on $LATEST, in the middle of a deployment.",
  fix: "Give qualifier, an alias's name or a version.",
  types: ["aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"],
  broken: ({ props: { qualifier } }) =>
    isSet(qualifier) && qualifier !== "$LATEST" ? [] : [`qualifier is ${shown(qualifier)}.`],
  passes: [{ props: { qualifier: "live" } }, { props: { qualifier: "7" } }],
  fails: [{ props: {} }, { props: { qualifier: "$LATEST" } }],
};

const RESERVED: Rule = {
  ...SAME,
  name: "lambda-function-reserves-concurrency",
  says: "A function says how many of it may run at a time.",
  why: "Functions of an account share one limit: one that runs away stops all the others.",
  fix: "Set reservedConcurrentExecutions.",
  level: "advisory",
  controls: wellArchitected("REL05-BP02"),
  types: [FUNCTION],
  broken: ({ props: { reservedConcurrentExecutions: reserved } }) =>
    reserved === UNKNOWN || (typeof reserved === "number" && reserved >= 0)
      ? []
      : [`reservedConcurrentExecutions is ${shown(reserved)}.`],
  passes: [{ props: { reservedConcurrentExecutions: 10 } }, { props: { reservedConcurrentExecutions: 0 } }],
  fails: [{ props: {} }, { props: { reservedConcurrentExecutions: -1 } }],
};

export const FUNCTIONS: readonly Rule[] = [RUNTIME, PROVISIONED, RESERVED];
