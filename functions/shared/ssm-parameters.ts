import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { ParameterSource } from "./parameters";

/** Systems Manager's limit of names in one request (API reference, GetParameters). */
const MOST_NAMES = 10;

/** Reads parameters by name in one GetParameters request, those that are encrypted (SecureString) in clear. */
export class SsmParameters implements ParameterSource {
  constructor(private readonly client: Pick<SSMClient, "send">) {}

  async fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (names.length > MOST_NAMES) {
      throw new RangeError(`${names.length} parameters asked for; one request takes ${MOST_NAMES}.`);
    }
    const { Parameters: found = [] } = await this.client.send(
      new GetParametersCommand({ Names: [...names], WithDecryption: true }),
    );
    return new Map(found.flatMap(({ Name, Value }) => (Name && Value !== undefined ? [[Name, Value] as const] : [])));
  }
}
