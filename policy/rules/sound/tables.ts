import { ofType } from "../links";
import type { Among, Rule } from "../rule";
import { TABLE } from "../types";
import { SAME } from "./same";

const SCALING = "aws:appautoscaling/target:Target";

const scaling = (resourceId: string): Among => [{ type: SCALING, props: { resourceId, serviceNamespace: "dynamodb" } }];

const ON_DEMAND: Rule = {
  ...SAME,
  name: "dynamodb-on-demand-table-is-not-scaled",
  says: "A table has either capacity on demand or capacity that is scaled.",
  why: "Scaling an on-demand table fails in the middle of a deployment, or does nothing for years.",
  fix: "Remove the autoscaling target, or set billingMode = PROVISIONED.",
  types: [TABLE],
  ofStack: true,
  broken: ({ props: { billingMode, name } }, { resources }) => {
    if (billingMode !== "PAY_PER_REQUEST" || typeof name !== "string") return [];
    return ofType(resources, SCALING)
      .filter(
        ({ props: { resourceId } }) =>
          typeof resourceId === "string" && resourceId.split("/")[0] === "table" && resourceId.split("/")[1] === name,
      )
      .map((target) => `billingMode is "PAY_PER_REQUEST", and ${target.name} scales it.`);
  },
  passes: [
    { props: { name: "t", billingMode: "PAY_PER_REQUEST" }, among: scaling("table/other") },
    { props: { name: "t", billingMode: "PROVISIONED" }, among: scaling("table/t") },
  ],
  fails: [
    { props: { name: "t", billingMode: "PAY_PER_REQUEST" }, among: scaling("table/t") },
    { props: { name: "t", billingMode: "PAY_PER_REQUEST" }, among: scaling("table/t/index/byTime") },
  ],
};

export const TABLES: readonly Rule[] = [ON_DEMAND];
