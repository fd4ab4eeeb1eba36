import * as pulumi from "@pulumi/pulumi";

/** Characters of a standard parameter (AWS Systems Manager endpoints and quotas). */
const STANDARD_LIMIT = 4_096;

/**
 * The text, if a standard parameter takes it.
 * @param name of the component
 * @param key of the configuration that it comes from
 * @throws RunError that says how long it is
 */
export function withinLimit(name: string, key: string, text: string): string {
  if (text.length <= STANDARD_LIMIT) return text;
  throw new pulumi.RunError(
    `${name}: ${key} makes ${text.length} characters of JSON; a standard parameter takes ${STANDARD_LIMIT}: give fewer or shorter entries.`,
  );
}
