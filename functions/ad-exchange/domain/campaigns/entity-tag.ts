/** The entity tag of a campaign's version (RFC 9110, section 8.8.3): strong, for a version is one document. */
export const tagOf = (version: number): string => `"${version}"`;

const TAG = /^(W\/)?"([^"]*)"$/;

/**
 * The version that `If-Match` names (RFC 9110, section 13.1.1): one strong tag. Undefined for anything else, "*" and lists too: who
 * changes a campaign has to have read it.
 */
export function versionIn(ifMatch: string | undefined): number | undefined {
  const [, weak, version = ""] = TAG.exec(ifMatch?.trim() ?? "") ?? [];
  return weak === undefined && /^[1-9]\d{0,14}$/.test(version) ? Number(version) : undefined;
}

/** Whether `If-None-Match` names the tag, compared weakly (section 13.1.2): a gateway that compresses makes tags weak. */
export const isKnown = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? "").split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === tag);
