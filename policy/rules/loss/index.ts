import type { Rule } from "../rule";
import { BACKUPS_KEPT } from "./backups";
import { DELIVERIES_KEPT } from "./deliveries";
import { INVOCATIONS_KEPT } from "./invocations";
import { QUEUES_KEPT } from "./queues";
import { STREAMS_KEPT } from "./streams";

export const LOSS: readonly Rule[] = [
  ...BACKUPS_KEPT,
  ...DELIVERIES_KEPT,
  ...INVOCATIONS_KEPT,
  ...QUEUES_KEPT,
  ...STREAMS_KEPT,
];
