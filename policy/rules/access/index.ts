import type { Rule } from "../rule";
import { ADDRESSES } from "./addresses";
import { BUCKETS_CLOSED } from "./buckets";
import { FIREWALLS } from "./firewall";
import { METHODS_AUTHORISED } from "./methods";
import { PERMISSIONS } from "./permissions";
import { PRINCIPALS_NAMED } from "./principals";
import { SECURITY_GROUPS } from "./security-groups";
import { TRUSTED } from "./trust";
import { VARIABLES } from "./variables";

export const ACCESS: readonly Rule[] = [
  ...ADDRESSES,
  ...BUCKETS_CLOSED,
  ...FIREWALLS,
  ...METHODS_AUTHORISED,
  ...PERMISSIONS,
  ...PRINCIPALS_NAMED,
  ...SECURITY_GROUPS,
  ...TRUSTED,
  ...VARIABLES,
];
