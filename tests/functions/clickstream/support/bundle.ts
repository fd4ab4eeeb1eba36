import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../../../components/shared/bundle";
import type { ForLoadBalancer } from "../../../../functions/clickstream/adapters/for-load-balancer";
import type { Incoming } from "../../../../functions/clickstream/domain/request";

/** AWS services by their JSON protocol, on one port. */
export async function jsonService(answerTo: (target: string, input: string) => unknown) {
  const server = createServer((request, response) => {
    let input = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      input += part;
    });
    request.on("end", () => {
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify(answerTo(String(request.headers["x-amz-target"]), input)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Runs a bundle as Lambda would, in a process of its own; the answer is the last line that it prints. */
export async function invokeBundle(
  entry: string,
  environment: Readonly<Record<string, string>>,
  event: Incoming,
  endpoint: string,
): Promise<ForLoadBalancer> {
  const { archive } = await bundleOf(entry);
  const assets = (await archive.assets) as Record<string, pulumi.asset.StringAsset>;
  const folder = mkdtempSync(join(tmpdir(), "sluice-bundle-"));
  writeFileSync(join(folder, "index.js"), String(await assets["index.js"]?.text));
  const script = `
    const context = { awsRequestId: "r-1", getRemainingTimeInMillis: () => 15000 };
    require(process.argv[1]).handler(JSON.parse(process.argv[2]), context)
      .then((answer) => { console.log(JSON.stringify(answer)); process.exit(); });`;
  const env = {
    ...{ PATH: process.env.PATH, AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" },
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_LAMBDA_FUNCTION_NAME: "function" },
    ...environment,
  };
  const args = ["-e", script, join(folder, "index.js"), JSON.stringify(event)];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
