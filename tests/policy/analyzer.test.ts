import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { RULES } from "../../policy/rules";

const ROOT = join(__dirname, "../..");
const ANALYZER = join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const messages = require("@pulumi/pulumi/proto/analyzer_pb");

interface Diagnostic {
  readonly policyname: string;
  readonly message: string;
  readonly enforcementlevel: number;
}

/** The policy pack in the SDK's own analyzer process, asked as the Pulumi engine asks. */
describe("The policy pack in Pulumi's analyzer", () => {
  let analyzer: ChildProcess;
  let ask: (method: string, request: unknown) => Promise<{ toObject(): Record<string, unknown> }>;
  let close: () => void;

  before(async () => {
    const env = { ...process.env, PULUMI_NODEJS_PROJECT: "sluice", PULUMI_NODEJS_STACK: "dev" };
    analyzer = spawn(process.execPath, [ANALYZER, "127.0.0.1:1", join(ROOT, "policy")], {
      cwd: join(ROOT, "policy"),
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(analyzer.stdout!, "data")) as [Buffer];
    const client = new AnalyzerClient(`127.0.0.1:${String(port).trim()}`, credentials.createInsecure());
    ask = (method, request) =>
      new Promise((resolve, reject) =>
        client[method](request, (error: Error | null, answer: never) => (error ? reject(error) : resolve(answer))),
      );
    close = () => client.close();
  });
  after(() => {
    close();
    analyzer.kill();
  });

  async function analyze(type: string, props: Record<string, unknown>, protect = false): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeRequest();
    request.setType(type);
    request.setUrn(`urn:pulumi:dev::sluice::${type}::thing`);
    request.setName("thing");
    request.setProperties(Struct.fromJavaScript(props as never));
    const options = new messages.AnalyzerResourceOptions();
    options.setProtect(protect);
    request.setOptions(options);
    const { diagnosticsList } = (await ask("analyze", request)).toObject();
    return diagnosticsList as Diagnostic[];
  }

  const tags = { Environment: "dev", Owner: "me", CostCenter: "one", Project: "sluice" };

  it("tells its name and every rule", async () => {
    const info = (await ask("getAnalyzerInfo", new Empty())).toObject();
    assert.equal(info.name, "sluice");
    const names = (info.policiesList as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names.sort(), RULES.map(({ name }) => name).sort());
  });

  it("finds nothing in a resource that keeps every rule", async () => {
    assert.deepEqual(await analyze("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true, tags }), []);
  });

  it("names resource, fault and fix of each broken rule", async () => {
    const found = await analyze("aws:sqs/queue:Queue", { tags: { Owner: "me" } }, true);
    assert.deepEqual(found.map(({ policyname }) => policyname).sort(), [
      "aws-resource-is-not-retained",
      "aws-resource-is-tagged",
      "sqs-queue-is-encrypted",
    ]);
    const said = found.map(({ message }) => message).join("\n");
    assert.match(said, /thing: tags lack Environment, CostCenter, Project\. Add the tags/);
    assert.match(said, /thing: protect is true\. Remove/);
  });

  it("tolerates what a preview does not know", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const found = await analyze("aws:sqs/queue:Queue", { kmsMasterKeyId: unknown, tags });
    assert.ok(
      found.every(({ enforcementlevel }) => enforcementlevel === 0),
      JSON.stringify(found),
    );
  });

  it("is configured by rule: other tags, or off", async () => {
    const configure = async (config: Record<string, [level: number, properties: object]>) => {
      const request = new messages.ConfigureAnalyzerRequest();
      for (const [name, [level, properties]] of Object.entries(config)) {
        const policy = new messages.PolicyConfig();
        policy.setEnforcementlevel(level);
        policy.setProperties(Struct.fromJavaScript(properties as never));
        request.getPolicyconfigMap().set(name, policy);
      }
      await ask("configure", request);
    };
    const disabled = messages.EnforcementLevel?.DISABLED ?? 2;
    await configure({
      "aws-resource-is-tagged": [1, { required: ["Team"] }],
      "sqs-queue-is-encrypted": [disabled, {}],
    });
    const found = await analyze("aws:sqs/queue:Queue", { tags });
    await configure({});
    assert.deepEqual(
      found.map(({ policyname }) => policyname),
      ["aws-resource-is-tagged"],
    );
    assert.match(found[0]!.message, /tags lack Team/);
  });
});
