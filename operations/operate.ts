/** Runs an operator's command: a mistake is one line on standard error and exit code 1, not a stack trace. */
export function operate(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    if (process.env.DEBUG) console.error(error);
    process.exitCode = 1;
  });
}
