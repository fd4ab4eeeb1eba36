/** What a process that was interrupted exits with: 128 and the number of SIGINT, as shells have it. */
export const INTERRUPTED = 130;

/** Aborted at the first Ctrl-C or SIGTERM; the next one ends the process at once. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

/** What a run that sends exits with. An interrupted one is none that went well, however far it came. */
export const exitCodeOf = (wentWell: boolean, { aborted }: AbortSignal): number =>
  aborted ? INTERRUPTED : wentWell ? 0 : 1;
