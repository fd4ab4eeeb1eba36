/** What the rotation of signing keys is told at start. */
export type KeyRotationEnv = {
  /** ARN of the secret that it rotates, and the only one. */
  readonly SIGNING_KEYS_SECRET: string;
};
