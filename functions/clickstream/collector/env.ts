/** Environment of the collector: where it puts, and the names of the SSM parameters that can change without a deployment. */
export type CollectorEnv = {
  STREAM_ARN: string;
  /** JSON: public names of sources with the SHA-256 of their write keys (domain/write-keys.ts). */
  WRITE_KEYS_PARAMETER: string;
  /** JSON: an array of web origins (domain/origins.ts). */
  ORIGINS_PARAMETER: string;
};
