/** Time as an argument: the real one here, a virtual one in tests. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `act` once after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};
