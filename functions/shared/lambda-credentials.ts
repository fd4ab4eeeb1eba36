/** What the SDK signs requests with. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles (an esbuild alias): Lambda always hands a function
 * its role's credentials in the environment, so the SSO, profile, process, web identity and instance metadata providers
 * of the default chain are 130 KB that no function ever runs. Same export, same contract; outside of a bundle the
 * SDK's own chain applies. Read at every call, since Lambda may start a process before it sets new keys.
 */
export const defaultProvider = () => async (): Promise<Credentials> => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error(
      "The function has no credentials: AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is empty; Lambda sets both from the execution role.",
    );
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
};

/** The same, under the name by which the client of DAX asks for it (of `@aws-sdk/credential-providers`). */
export const fromNodeProviderChain = defaultProvider;
