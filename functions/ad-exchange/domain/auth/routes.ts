import type { Permission } from "../caller";

/** A method of the API that takes a token, as API Gateway spells its path. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: `/${string}`;
  readonly permission: Permission;
  /** Its answers are kept at the edge, under the caller's own key. */
  readonly cached?: true;
}

/** Every method that takes a token. The edge is built from this list, and a caller's policy is cut from it. */
export const ROUTES: readonly Route[] = [
  { method: "POST", path: "/openrtb2/auction", permission: "auction" },
  { method: "GET", path: "/v1/campaigns", permission: "campaigns:read" },
  { method: "GET", path: "/v1/campaigns/{id}", permission: "campaigns:read", cached: true },
  { method: "POST", path: "/v1/campaigns", permission: "campaigns:write" },
  { method: "PATCH", path: "/v1/campaigns/{id}", permission: "campaigns:write" },
  { method: "DELETE", path: "/v1/campaigns/{id}", permission: "campaigns:write" },
];
