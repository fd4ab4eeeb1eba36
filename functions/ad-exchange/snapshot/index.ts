import { compileSnapshot } from "../domain/targeting/compile-snapshot";
import { handlerOf } from "./handler";

export const handler = handlerOf(compileSnapshot);
