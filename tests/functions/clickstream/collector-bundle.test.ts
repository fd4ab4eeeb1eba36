import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { bundleOf } from "../../../components/shared/bundle";
import type { ForLoadBalancer } from "../../../functions/clickstream/collector/for-load-balancer";
import type { Incoming } from "../../../functions/clickstream/domain/request";
import { BUDGET_KIB } from "../../bench/bundles";
import { envelopeOf, incoming, KEY, sha256, TRACK } from "./support/collecting";

const ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";
const PARAMETERS: Readonly<Record<string, string>> = {
  "/clicks/write-keys": JSON.stringify({ web: [sha256(KEY)] }),
  "/clicks/origins": "[]",
};

interface Put {
  readonly StreamARN: string;
  readonly Records: readonly { readonly PartitionKey: string; readonly Data: string }[];
}

/** Parameter Store and Kinesis by their JSON protocol, on one port; the first record of the first request is throttled. */
async function services() {
  const puts: Put[] = [];
  const answerTo = (target: string, input: string) => {
    if (target.endsWith("GetParameters")) {
      const { Names } = JSON.parse(input) as { Names: string[] };
      return { Parameters: Names.map((Name) => ({ Name, Value: PARAMETERS[Name] })) };
    }
    const isFirst = puts.push(JSON.parse(input)) === 1;
    const failed = { ErrorCode: "InternalFailure", ErrorMessage: "Internal Service Failure" };
    const stored = { SequenceNumber: "1", ShardId: "shardId-000000000000" };
    return { Records: puts.at(-1)?.Records.map((_, index) => (isFirst && index === 0 ? failed : stored)) };
  };
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
  return { puts, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Runs the bundle as Lambda would, in a process of its own; the answer is the last line that it prints. */
async function invoke(folder: string, event: Incoming, endpoint: string): Promise<ForLoadBalancer> {
  const script = `
    const context = { awsRequestId: "r-1", getRemainingTimeInMillis: () => 15000 };
    require(process.argv[1]).handler(JSON.parse(process.argv[2]), context)
      .then((answer) => { console.log(JSON.stringify(answer)); process.exit(); });`;
  const env = {
    ...{ PATH: process.env.PATH, AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" },
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_LAMBDA_FUNCTION_NAME: "collector", STREAM_ARN: ARN },
    ...{ WRITE_KEYS_PARAMETER: "/clicks/write-keys", ORIGINS_PARAMETER: "/clicks/origins" },
  };
  const args = ["-e", script, join(folder, "index.js"), JSON.stringify(event)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

describe("The bundle of the collector", () => {
  it(`is at most ${BUDGET_KIB} KiB`, async () => {
    const { bytes, inputs } = await bundleOf("functions/clickstream/collector/index.ts");
    assert.ok(bytes <= BUDGET_KIB * 1024, `${bytes} bytes; largest inputs: ${inputs.slice(0, 5).join("; ")}`);
  });

  it("reads its parameters, puts into the stream, tries what failed again and answers", async () => {
    const { archive } = await bundleOf("functions/clickstream/collector/index.ts");
    const assets = (await archive.assets) as Record<string, pulumi.asset.StringAsset>;
    const folder = mkdtempSync(join(tmpdir(), "sluice-collector-"));
    writeFileSync(join(folder, "index.js"), String(await assets["index.js"]?.text));
    const { puts, server, url } = await services();
    try {
      const batch = [TRACK, { ...TRACK, messageId: "m-2" }];
      const { statusCode, body, multiValueHeaders } = await invoke(folder, incoming({ body: { batch } }), url);
      assert.deepEqual([statusCode, JSON.parse(body)], [200, { success: true, accepted: 2 }]);
      assert.deepEqual(multiValueHeaders["content-type"], ["application/json"]);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(
      puts.map(({ StreamARN, Records }) => [StreamARN, Records.length]),
      [
        [ARN, 2],
        [ARN, 1],
      ],
    );
    const again = envelopeOf({ data: Buffer.from(puts[1]?.Records[0]?.Data ?? "", "base64") });
    assert.deepEqual(again.message, TRACK);
  });
});
