import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsStub } from "./aws-stub";
import { codeOf } from "./bundles";

/** What a list of events cost the function's process. */
export interface Cost {
  readonly answers: readonly unknown[];
  /** CPU, of all its threads. */
  readonly microseconds: number;
  readonly milliseconds: number;
}

const WARM_UP = 10;

/** Runs lists of events through a function's bundle, one list after the other, against a stub of AWS. The first ones count for nothing. */
export async function costsOf(
  entry: string,
  variables: Readonly<Record<string, string>>,
  stub: AwsStub,
  lists: readonly (readonly unknown[])[],
): Promise<Cost[]> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  writeFileSync(join(folder, "index.js"), await codeOf(entry));
  const worker = workerOf(join(folder, "index.js"), { ...variables, AWS_ENDPOINT_URL: stub.url });
  try {
    const costs: Cost[] = [];
    for (const list of lists) {
      worker.send(list as never);
      const [cost] = await once(worker, "message");
      costs.push(cost as Cost);
    }
    return costs.slice(WARM_UP);
  } finally {
    worker.kill();
    rmSync(folder, { recursive: true });
  }
}

function workerOf(code: string, variables: Readonly<Record<string, string>>): ChildProcess {
  const env = {
    ...{ PATH: process.env.PATH, AWS_REGION: "us-east-1", AWS_LAMBDA_FUNCTION_NAME: "bench" },
    ...{ AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench", ...variables },
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  // What the function logs goes nowhere, as it costs Lambda's own processes and not the function's.
  return fork(join(__dirname, "bundle-worker.cjs"), [code], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}
