/** What the authorizer is told at start. */
export type AuthorizerEnv = {
  /** Opaque tokens by their SHA-256. */
  readonly TOKENS_TABLE: string;
  /** Parameter with the issuers of JWTs that are trusted, and the keys that are revoked. */
  readonly ISSUERS_PARAMETER: string;
};
