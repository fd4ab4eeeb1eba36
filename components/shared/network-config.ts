import { z } from "zod";
import { INTERFACE_SERVICES, type InterfaceService } from "./services";
import { json } from "./settings";
import { isPrivate16 } from "./subnets";

const zone = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "give the name of a zone, for example us-east-1a");
const someServices = `give services out of ${INTERFACE_SERVICES.join(", ")}`;
const distinct = (values: readonly string[]) => new Set(values).size === values.length;

/** The keys of the configuration that a private network reads. */
export const networkKeys = {
  networkCidr: z.string().refine(isPrivate16, "give a private /16, for example 10.20.0.0/16"),
  networkAzs: json(
    z
      .array(zone, 'give a list of zone names, for example ["us-east-1a", "us-east-1b"]')
      .min(2, "give at least 2 zones, so that one can fail")
      .max(6, "give at most 6 zones; no region has more")
      .refine(distinct, "give each zone once"),
  ),
  networkNatGateways: z.enum(["one-per-az", "one", "none"], "give one-per-az, one or none"),
  networkInterfaceEndpoints: json(
    z.array(z.enum(INTERFACE_SERVICES, someServices), someServices).refine(distinct, "give each service once"),
  ),
};

const parsedKeys = z.object(networkKeys);

/** Settings of a private network. */
export interface NetworkSettings {
  /** A private /16. */
  readonly cidr: string;
  /** Names of two or more zones. Subnets are numbered in this order, so add a zone at the end. */
  readonly azs: readonly string[];
  readonly natGateways: "one-per-az" | "one" | "none";
  /** Services with an endpoint in every zone. DynamoDB and S3 need none, they have gateways. */
  readonly interfaceEndpoints: readonly InterfaceService[];
}

export const networkSettings = (keys: z.infer<typeof parsedKeys>): NetworkSettings => ({
  cidr: keys.networkCidr,
  azs: keys.networkAzs,
  natGateways: keys.networkNatGateways,
  interfaceEndpoints: keys.networkInterfaceEndpoints,
});

/**
 * Zones that are not of the region, each with its key.
 * @param text the setting as it was given; one that cannot be read is told elsewhere
 */
export function zonesElsewhere(text: string | undefined, region: string): { key: string; zone: string }[] {
  const zones = networkKeys.networkAzs.safeParse(text).data ?? [];
  return zones.flatMap((zone, index) => (zone.slice(0, -1) === region ? [] : [{ key: `networkAzs[${index}]`, zone }]));
}
