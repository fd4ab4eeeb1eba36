import assert from "node:assert/strict";
import { bundleOf } from "../../../components/shared/bundle";
import type { CollectorEnv } from "../../../functions/clickstream/collector/env";
import { BUDGET_KIB } from "../../bench/bundles";
import { invokeBundle, jsonService } from "./support/bundle";
import { envelopeOf, incoming, KEY, sha256, TRACK } from "./support/collecting";

const ENTRY = "functions/clickstream/collector/index.ts";
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
  return { puts, ...(await jsonService(answerTo)) };
}

const ENV: Record<keyof CollectorEnv, string> = {
  ...{ STREAM_ARN: ARN, WRITE_KEYS_PARAMETER: "/clicks/write-keys", ORIGINS_PARAMETER: "/clicks/origins" },
};

describe("The bundle of the collector", () => {
  it(`is at most ${BUDGET_KIB} KiB`, async () => {
    const { bytes, inputs } = await bundleOf(ENTRY);
    assert.ok(bytes <= BUDGET_KIB * 1024, `${bytes} bytes; largest inputs: ${inputs.slice(0, 5).join("; ")}`);
  });

  it("reads its parameters, puts into the stream, tries what failed again and answers", async () => {
    const { puts, url, close } = await services();
    try {
      const batch = [TRACK, { ...TRACK, messageId: "m-2" }];
      const { statusCode, body, multiValueHeaders } = await invokeBundle(
        ENTRY,
        ENV,
        incoming({ body: { batch } }),
        url,
      );
      assert.deepEqual([statusCode, JSON.parse(body)], [200, { success: true, accepted: 2 }]);
      assert.deepEqual(multiValueHeaders["content-type"], ["application/json"]);
    } finally {
      close();
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
