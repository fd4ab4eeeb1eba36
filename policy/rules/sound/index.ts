import type { Rule } from "../rule";
import { APIS } from "./apis";
import { FUNCTIONS } from "./functions";
import { NAMING } from "./naming";
import { TABLES } from "./tables";

export const SOUND: readonly Rule[] = [...APIS, ...FUNCTIONS, ...NAMING, ...TABLES];
