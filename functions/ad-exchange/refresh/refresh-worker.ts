import { workerData } from "node:worker_threads";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { told } from "../../shared/outcome";
import { SsmParameters } from "../../shared/ssm-parameters";
import { readsThrough } from "../adapters/reads-through";
import { getSnapshot } from "../adapters/snapshot-files";
import { snapshotPointer } from "../adapters/snapshot-pointer";
import { whileAwake } from "./awake";
import { IndexFeed } from "./index-feed";
import type { Part, WorkerStart } from "./messages";
import { Outbox, type Port } from "./outbox";
import { repeat } from "./repeat";
import { keysFeed, settingsFeed } from "./text-feeds";

/** Milliseconds between two runs. */
const EVERY = { index: 1_000, settings: 60_000, keys: 300_000 };
/** Milliseconds that a run may take: a download of the largest index takes a few seconds. */
const MOST = 60_000;

const start = workerData as WorkerStart;
const outbox = new Outbox(start.port as unknown as Port);
const trouble = (part: Part) => async (error: unknown) => {
  await outbox.send({ kind: "trouble", part, failure: told(error) });
};
const reads = readsThrough(start.daxEndpoint, new DynamoDBClient(clientSettings));
const s3 = new S3Client(clientSettings);
const feed = new IndexFeed(
  {
    reads,
    changesTable: start.changesTable,
    pointer: () => snapshotPointer(reads, start.changesTable),
    download: (pointer) => getSnapshot(s3, start.snapshotsBucket, pointer),
    send: (message, transfer) => outbox.send(message, transfer),
    trouble: trouble("index"),
    clock,
  },
  start.loaded,
);
const parameters = new SsmParameters(new SSMClient(clientSettings));
const secrets = new SecretsManagerClient(clientSettings);
const send = outbox.send.bind(outbox);
const jobs = {
  index: () => feed.poll(),
  settings: settingsFeed(parameters, start.settingsParameter, send),
  keys: keysFeed(secrets, start.signingKeysSecret, send),
};

/** Ends the thread: what hangs cannot be called back, and a second run beside it would see half of what the first does. */
const hung = (part: Part) => () => {
  throw new Error(`${part} has hung for ${MOST} ms`);
};

for (const part of ["index", "settings", "keys"] as const) {
  const job = () => whileAwake(MOST, hung(part), jobs[part]());
  void repeat({ job, every: EVERY[part], failed: trouble(part), clock });
}
