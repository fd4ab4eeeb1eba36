import { ACCESS_API } from "./access-api";
import { ACCESS_IDENTITY } from "./access-identity";
import { ACCESS_NETWORK } from "./access-network";
import { ACCESS_PUBLIC } from "./access-public";
import { ENCRYPTION_AT_REST } from "./encryption-at-rest";
import { ENCRYPTION_IN_TRANSIT } from "./encryption-in-transit";
import { LOSS } from "./loss";
import { OBSERVABLE } from "./observable";
import { RETENTION } from "./retention";
import type { Rule } from "./rule";
import { SOUND } from "./sound";
import { TAGGING } from "./tagging";

const byName = (rules: readonly Rule[]): readonly Rule[] => [...rules].sort((a, b) => a.name.localeCompare(b.name));

/** Every rule of the pack, by group and, as a name begins with its service, by service. */
export const RULES: readonly Rule[] = [
  ...TAGGING,
  ...byName(ENCRYPTION_AT_REST),
  ...byName(ENCRYPTION_IN_TRANSIT),
  ...byName(RETENTION),
  ...byName(LOSS),
  ...byName([...ACCESS_API, ...ACCESS_IDENTITY, ...ACCESS_NETWORK, ...ACCESS_PUBLIC]),
  ...byName(OBSERVABLE),
  ...byName(SOUND),
];
