import { type ChildProcess, spawn } from "node:child_process";

/** Reads `+ pid` and `- pid`; at end of input (we died, or we stopped) kills whatever is still listed. */
const SCRIPT = `
pids=
while read -r action pid; do
  if [ "$action" = + ]; then pids="$pids $pid"; continue; fi
  left=
  for one in $pids; do [ "$one" = "$pid" ] || left="$left $one"; done
  pids=$left
done
sleep 0.5
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
`;

/**
 * Ends workers that outlive us. A worker exits by itself when its channel closes, unless its handler blocks the event
 * loop for ever; only another process can end that one, and after SIGKILL we cannot. So a shell, in a process group of
 * its own, waits for the end of its input.
 */
export class OrphanGuard {
  #shell: ChildProcess | undefined;

  started(pid: number): void {
    this.#tell(`+ ${pid}\n`);
  }

  ended(pid: number): void {
    this.#tell(`- ${pid}\n`);
  }

  stop(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #tell(line: string): void {
    if (this.#shell === undefined) {
      this.#shell = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true });
      this.#shell.on("error", () => undefined); // no shell on this system: workers still exit with their channel
      this.#shell.stdin?.on("error", () => undefined);
      (this.#shell.stdin as unknown as { unref(): void } | null)?.unref();
      this.#shell.unref();
    }
    this.#shell.stdin?.write(line);
  }
}
