import type { Rule } from "../rule";
import { ALARMS } from "./alarms";
import { LOG_GROUPS } from "./log-groups";
import { NETWORK } from "./network";
import { REQUESTS } from "./requests";

export const OBSERVABLE: readonly Rule[] = [...ALARMS, ...LOG_GROUPS, ...NETWORK, ...REQUESTS];
