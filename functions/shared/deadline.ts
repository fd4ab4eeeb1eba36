import { RetryableFailure } from "./outcome";

/**
 * The answer of `work`, or a RetryableFailure once `milliseconds` have passed. Lambda ends a function that runs out of
 * time without a word; ending a little earlier leaves time to write down that it happened. The work is left to itself
 * (its writes are conditional, so a late one changes nothing), not aborted: an aborted write is one nobody knows about.
 */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const failure = () => reject(new RetryableFailure(`timeout: ${what} was not done within ${milliseconds} ms`));
    timer = setTimeout(failure, milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
