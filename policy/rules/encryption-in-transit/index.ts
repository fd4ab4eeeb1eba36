import type { Rule } from "../rule";
import { BALANCERS_IN_TRANSIT } from "./balancers";
import { DATABASES_IN_TRANSIT } from "./databases";
import { EDGES_IN_TRANSIT } from "./edges";
import { POLICIES_IN_TRANSIT } from "./policies";

export const ENCRYPTION_IN_TRANSIT: readonly Rule[] = [
  ...BALANCERS_IN_TRANSIT,
  ...DATABASES_IN_TRANSIT,
  ...EDGES_IN_TRANSIT,
  ...POLICIES_IN_TRANSIT,
];
