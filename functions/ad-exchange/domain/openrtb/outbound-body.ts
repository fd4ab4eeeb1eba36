import { isRecord } from "../../../shared/fields";
import type { Permitted } from "../privacy/permitted";
import { redactedAddress, redactedGeo } from "../privacy/redaction";
import type { BidRequest, Device, User } from "./bid-request";
import { PLAIN, type Shape, shapeFor } from "./outbound-shape";
import { chainWith, type SellerOfRequest } from "./supply-chain";

/** Milliseconds that seats have for their answer are given as `tmax`, which the request's own is replaced by. */
export interface Sender extends SellerOfRequest {
  readonly tmax?: number;
}

/**
 * The request as JSON text that seats outside may get. It holds what the specification knows and privacy permits, picked
 * by name: an attribute that nobody has thought of is not sent, extensions but a few are not. Lists of texts and numbers
 * are the request's own, objects are made anew.
 */
export function outboundBody(request: BidRequest, permitted: Permitted, sender: Sender): string {
  const sent = picked(request, shapeFor(permitted)) as Record<string, unknown>;
  if (sender.tmax !== undefined) sent.tmax = sender.tmax;
  else if (request.tmax !== undefined) sent.tmax = request.tmax;
  if (request.device !== undefined) redactDevice(sent.device as Record<string, unknown>, request.device, permitted);
  if (request.user !== undefined) redactUser(sent.user as Record<string, unknown>, request.user, permitted);
  const schain = chainWith(request, sender);
  if (schain !== undefined) sent.source = { ...(sent.source as object | undefined), schain };
  return JSON.stringify(sent);
}

function redactDevice(sent: Record<string, unknown>, { geo, ip, ipv6 }: Device, { ids, preciseGeo }: Permitted): void {
  if (geo !== undefined && !preciseGeo) sent.geo = redactedGeo(geo);
  if (ids && preciseGeo) return;
  if (ip !== undefined) sent.ip = redactedAddress(ip);
  if (ipv6 !== undefined) sent.ipv6 = redactedAddress(ipv6);
}

function redactUser(sent: Record<string, unknown>, { geo }: User, { preciseGeo }: Permitted): void {
  if (geo !== undefined && !preciseGeo) sent.geo = redactedGeo(geo);
}

/** What a shape names of a value, looked for by the shape's names and never by the value's. */
function picked(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.filter(isRecord).map((each) => picked(each, shape));
  const sent: Record<string, unknown> = {};
  const given = value as Record<string, unknown>;
  for (const name in shape) {
    const attribute = given[name];
    if (attribute === undefined || attribute === null) continue;
    const inner = shape[name]!;
    if (inner === PLAIN) {
      if (isPlain(attribute)) sent[name] = attribute;
    } else if (typeof attribute === "object") sent[name] = picked(attribute, inner);
  }
  return sent;
}

/** Text, a number, or a list of these: objects in their place have not been checked. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object") return true;
  return Array.isArray(value) && value.every((each) => typeof each !== "object");
}
