import { Logger } from "@aws-lambda-powertools/logger";

/** Where a function writes what it did: one line per invocation, fields that correlate, never the payload. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** JSON lines by Powertools, written raw to standard output, so that Lambda's JSON log format leaves them as they are. */
export const logOf = (service: string): Log => new Logger({ serviceName: service });
