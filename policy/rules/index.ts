import { ACCESS } from "./access";
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
  ...byName(ACCESS),
  ...byName(OBSERVABLE),
  ...byName(SOUND),
];
