import type { BidRequest, SupplyChain, SupplyChainNode } from "./bid-request";

/** The exchange as a node of supply chains, [3.2.26]. */
export interface SellerOfRequest {
  /** Domain of the exchange, as ads.txt names it. */
  readonly asi: string;
  /** The publisher's id with the exchange; 1 to 64 letters. */
  readonly sid: string;
  /** Whether the publisher is known to own what it sells: the token's own, and the source of the request. */
  readonly isSource: boolean;
}

/** Letters of a `sid`, [3.2.26]. */
const LONGEST_SID = 64;

/**
 * The supply chain to send on: the request's with the exchange behind it, as complete as it was; where there is none a
 * chain of the exchange alone, complete when the publisher is the source. Undefined when the seller's id is none: a chain
 * without its sender is invalid, and one with a cut id names somebody else.
 */
export function chainWith(request: BidRequest, seller: SellerOfRequest): SupplyChain | undefined {
  if (seller.asi === "" || seller.sid === "" || seller.sid.length > LONGEST_SID) return undefined;
  const node: SupplyChainNode = { asi: seller.asi, sid: seller.sid, rid: request.id, hp: 1 };
  const given = request.source?.schain ?? request.source?.ext?.schain;
  if (given === undefined) return { complete: seller.isSource ? 1 : 0, nodes: [node], ver: "1.0" };
  return { complete: given.complete, nodes: [...given.nodes.map(plainNode), node], ver: given.ver };
}

/** Only what the specification knows; `hp` has to be passed on. */
function plainNode({ asi, sid, rid, name, domain, hp }: SupplyChainNode): SupplyChainNode {
  return {
    asi,
    sid,
    ...(rid === undefined ? {} : { rid }),
    ...(name === undefined ? {} : { name }),
    ...(domain === undefined ? {} : { domain }),
    ...(hp === undefined ? {} : { hp }),
  };
}
