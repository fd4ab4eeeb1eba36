import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { RULES } from "../../policy/rules";
import { ROOT } from "../support/recorded-program";

const MODULES = join(ROOT, "node_modules");
const ANALYZER = join(MODULES, "@pulumi/pulumi/cmd/run-policy-pack");
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const messages = require("@pulumi/pulumi/proto/analyzer_pb");

/** Levels as the engine numbers them. */
const LEVEL = { advisory: 0, mandatory: 1, disabled: 2, remediate: 3 } as const;

/** What stands for a text that a preview does not know yet (SDK, proxy.js). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface Diagnostic {
  readonly policyname: string;
  readonly message: string;
  readonly urn: string;
  readonly enforcementlevel: number;
}

interface Asked {
  readonly type: string;
  readonly name?: string;
  readonly props: Record<string, unknown>;
  readonly protect?: boolean;
  /** Configuration of the provider. */
  readonly provider?: Record<string, unknown>;
  /** By property, names of the resources from which it was computed. */
  readonly from?: Record<string, readonly string[]>;
}

/** What every message of a resource has in common. */
interface Message {
  setType(type: string): void;
  setUrn(urn: string): void;
  setName(name: string): void;
  setProperties(props: Struct): void;
  setOptions(options: unknown): void;
  setProvider(provider: unknown): void;
}

interface Remediation {
  getPolicyname(): string;
  getProperties(): Struct;
}

const urnOf = (type: string, name: string) => `urn:pulumi:dev::sluice::${type}::${name}`;

/** The packed policy pack in the SDK's own analyzer process, asked as the Pulumi engine asks. */
describe("The policy pack in Pulumi's analyzer", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-policy-"));
  let analyzer: ChildProcess;
  let ask: (method: string, request: unknown) => Promise<{ toObject(): Record<string, unknown> }>;
  let close: () => void = () => undefined;

  before(async () => {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: join(ROOT, "policy"),
      stdio: "pipe",
    });
    execFileSync("sh", ["-c", "tar xzf *.tgz"], { cwd: folder });
    const pack = join(folder, "package");
    symlinkSync(MODULES, join(pack, "node_modules"));
    const env = { ...process.env, PULUMI_NODEJS_PROJECT: "sluice", PULUMI_NODEJS_STACK: "dev" };
    analyzer = spawn(process.execPath, [ANALYZER, "127.0.0.1:1", pack], {
      cwd: pack,
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
    analyzer?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const fill = <M extends Message>(
    message: M,
    { type, name = "thing", props, protect = false, provider }: Asked,
  ): M => {
    message.setType(type);
    message.setUrn(urnOf(type, name));
    message.setName(name);
    message.setProperties(Struct.fromJavaScript(props as never));
    const options = new messages.AnalyzerResourceOptions();
    options.setProtect(protect);
    message.setOptions(options);
    if (provider) {
      const resource = new messages.AnalyzerProviderResource();
      resource.setType("pulumi:providers:aws");
      resource.setProperties(Struct.fromJavaScript(provider as never));
      message.setProvider(resource);
    }
    return message;
  };

  const listIn = <T>(answer: { toObject(): Record<string, unknown> }, key: string) => answer.toObject()[key] as T[];

  const analyze = async (asked: Asked): Promise<Diagnostic[]> =>
    listIn(await ask("analyze", fill(new messages.AnalyzeRequest(), asked)), "diagnosticsList");

  async function analyzeStack(stack: readonly Asked[]): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeStackRequest();
    const typeOf = new Map(stack.map(({ name = "thing", type }) => [name, type]));
    request.setResourcesList(
      stack.map((asked) => {
        const resource = fill(new messages.AnalyzerResource(), asked);
        for (const [property, names] of Object.entries(asked.from ?? {})) {
          const dependencies = new messages.AnalyzerPropertyDependencies();
          dependencies.setUrnsList(names.map((name) => urnOf(typeOf.get(name)!, name)));
          resource.getPropertydependenciesMap().set(property, dependencies);
        }
        return resource;
      }),
    );
    return listIn(await ask("analyzeStack", request), "diagnosticsList");
  }

  /** Properties after the remedies, and the policies that gave them. */
  async function remediate(asked: Asked) {
    const answer = await ask("remediate", fill(new messages.AnalyzeRequest(), asked));
    const list = (answer as unknown as { getRemediationsList(): Remediation[] }).getRemediationsList();
    return list.map((each) => ({ policy: each.getPolicyname(), props: each.getProperties().toJavaScript() }));
  }

  async function configured<T>(
    config: Record<string, [keyof typeof LEVEL, object?]>,
    run: () => Promise<T>,
  ): Promise<T> {
    const configure = (entries: typeof config) => {
      const request = new messages.ConfigureAnalyzerRequest();
      for (const [name, [level, properties = {}]] of Object.entries(entries)) {
        const policy = new messages.PolicyConfig();
        policy.setEnforcementlevel(LEVEL[level]);
        policy.setProperties(Struct.fromJavaScript(properties as never));
        request.getPolicyconfigMap().set(name, policy);
      }
      return ask("configure", request);
    };
    await configure(config);
    try {
      return await run();
    } finally {
      await configure({});
    }
  }

  const namesOf = (found: readonly Diagnostic[]) => found.map(({ policyname }) => policyname).sort();

  const QUEUE = "aws:sqs/queue:Queue";
  const tags = { Environment: "dev", Owner: "me", CostCenter: "one", Project: "sluice" };

  describe("asked what it is", () => {
    interface Told {
      readonly name: string;
      readonly severity: number;
      readonly framework?: { readonly reference: string; readonly specification: string };
      readonly tagsList: readonly string[];
      readonly remediationSteps: string;
      readonly enforcementlevel: number;
      readonly configschema?: object;
    }
    let info: Record<string, unknown>;
    let policies: readonly Told[];
    before(async () => {
      info = (await ask("getAnalyzerInfo", new Empty())).toObject();
      policies = info.policiesList as Told[];
    });

    it("tells its name and every rule", () => {
      assert.equal(info.name, "sluice");
      assert.deepEqual(policies.map(({ name }) => name).sort(), RULES.map(({ name }) => name).sort());
    });

    it("tells of each rule severity, framework, group, fix and settings", () => {
      for (const rule of RULES) {
        const told = policies.find(({ name }) => name === rule.name)!;
        assert.equal(told.severity, ["", "low", "medium", "high", "critical"].indexOf(rule.severity), rule.name);
        assert.equal(told.framework?.reference, rule.controls[0]?.id, rule.name);
        assert.equal(told.framework?.specification, rule.controls[0]?.title, rule.name);
        assert.deepEqual(told.tagsList, [rule.group]);
        assert.equal(told.remediationSteps, rule.fix);
        assert.equal(told.enforcementlevel, LEVEL[rule.level]);
        assert.equal(told.configschema === undefined, rule.settings === undefined, rule.name);
      }
    });
  });

  describe("asked of a resource", () => {
    it("finds nothing in one that keeps every rule", async () => {
      assert.deepEqual(await analyze({ type: QUEUE, props: { sqsManagedSseEnabled: true, tags } }), []);
    });

    it("names resource, fault and fix of each broken rule, once", async () => {
      const found = await analyze({
        type: QUEUE,
        props: { sqsManagedSseEnabled: false, tags: { Owner: "me" } },
        protect: true,
      });
      assert.deepEqual(namesOf(found), [
        "aws-resource-is-not-retained",
        "aws-resource-is-tagged",
        "sqs-queue-is-encrypted",
      ]);
      const said = found.map(({ message }) => message).join("\n");
      assert.match(said, /thing: tags lack Environment, CostCenter, Project\. Add the tags/);
      assert.match(said, /thing: protect is true\. Remove/);
      assert.equal(said.split("Remove `protect`").length, 2);
      assert.ok(found.every(({ enforcementlevel }) => enforcementlevel === LEVEL.mandatory));
    });

    it("takes what a preview does not know as kept, and goes on with what it does", async () => {
      assert.deepEqual(await analyze({ type: QUEUE, props: { kmsMasterKeyId: UNKNOWN, tags } }), []);
      assert.deepEqual(
        await analyze({ type: QUEUE, props: { sqsManagedSseEnabled: false, kmsMasterKeyId: UNKNOWN, tags } }),
        [],
      );
      const mapping = { eventSourceArn: "arn:aws:sqs:us-east-1:1:q", functionResponseTypes: [UNKNOWN] };
      assert.deepEqual(
        await analyze({ type: "aws:lambda/eventSourceMapping:EventSourceMapping", props: { ...mapping, tags } }),
        [],
      );
      const found = await analyze({ type: QUEUE, props: { kmsMasterKeyId: UNKNOWN, tags: { Owner: UNKNOWN } } });
      assert.match(found[0]!.message, /tags lack Environment, CostCenter, Project\./);
    });

    it("counts the provider's default tags, as merged by the provider or by itself", async () => {
      assert.deepEqual(await analyze({ type: QUEUE, props: { tags: {}, tagsAll: tags } }), []);
      const provider = { region: "us-east-1", defaultTags: JSON.stringify({ tags }) };
      assert.deepEqual(
        await analyze({ type: QUEUE, props: { tagsAll: UNKNOWN, tags: { Name: UNKNOWN } }, provider }),
        [],
      );
      const bare = { ...provider, defaultTags: JSON.stringify({ tags: { Owner: "me" } }) };
      assert.deepEqual(namesOf(await analyze({ type: QUEUE, props: {}, provider: bare })), ["aws-resource-is-tagged"]);
      const own = { defaultTags: { tags } };
      assert.deepEqual(await analyze({ type: QUEUE, props: {}, provider: own }), []);
      const unknown = { defaultTags: UNKNOWN };
      assert.deepEqual(await analyze({ type: QUEUE, props: { tags: {}, tagsAll: UNKNOWN }, provider: unknown }), []);
    });
  });

  describe("configured", () => {
    it("takes other settings, and turns rules off", async () => {
      const found = await configured(
        { "aws-resource-is-tagged": ["mandatory", { required: ["Team"] }], "sqs-queue-is-encrypted": ["disabled"] },
        () => analyze({ type: QUEUE, props: { sqsManagedSseEnabled: false, tags } }),
      );
      assert.deepEqual(namesOf(found), ["aws-resource-is-tagged"]);
      assert.match(found[0]!.message, /tags lack Team/);
    });

    it("makes a mandatory rule advice", async () => {
      const found = await configured({ "sqs-queue-is-encrypted": ["advisory"] }, () =>
        analyze({ type: QUEUE, props: { sqsManagedSseEnabled: false, tags } }),
      );
      assert.deepEqual(
        found.map(({ enforcementlevel }) => enforcementlevel),
        [LEVEL.advisory],
      );
    });

    it("tells an exempted fault as advice, with its reason and its last day", async () => {
      const exemptions = [{ stack: "dev", reason: "The auditors hold it.", until: "2999-12-31" }];
      const found = await configured({ "aws-resource-is-not-retained": ["mandatory", { exemptions }] }, () =>
        analyze({ type: QUEUE, props: { tags }, protect: true }),
      );
      assert.deepEqual(
        found.map(({ enforcementlevel }) => enforcementlevel),
        [LEVEL.advisory],
      );
      assert.match(found[0]!.message, /protect is true\. Exempt until 2999-12-31: The auditors hold it\./);
      const ended = [{ ...exemptions[0], until: "2020-01-01" }];
      const again = await configured({ "aws-resource-is-not-retained": ["mandatory", { exemptions: ended }] }, () =>
        analyze({ type: QUEUE, props: { tags }, protect: true }),
      );
      assert.deepEqual(
        again.map(({ enforcementlevel }) => enforcementlevel),
        [LEVEL.mandatory],
      );
    });
  });

  describe("asked to remediate", () => {
    const add = { add: { Environment: "dev", Owner: "core", CostCenter: "one", Project: "sluice" } };

    it("does nothing unless a rule is configured so", async () => {
      assert.deepEqual(await remediate({ type: QUEUE, props: {} }), []);
    });

    it("adds the tags that are missing, also to what the provider merged, and changes none", async () => {
      const props = { tags: { Owner: "me", Name: UNKNOWN }, tagsAll: { Owner: "me", Stage: "one" } };
      const [done, ...more] = await configured({ "aws-resource-is-tagged": ["remediate", add] }, () =>
        remediate({ type: QUEUE, props }),
      );
      assert.deepEqual(more, []);
      const added = { Environment: "dev", CostCenter: "one", Project: "sluice" };
      assert.deepEqual(done, {
        policy: "aws-resource-is-tagged",
        props: { tags: { ...props.tags, ...added }, tagsAll: { ...props.tagsAll, ...added } },
      });
    });

    it("tags nothing that takes no tags", async () => {
      const done = await configured({ "aws-resource-is-tagged": ["remediate", add] }, () =>
        remediate({ type: "aws:iam/rolePolicy:RolePolicy", props: { policy: "{}" } }),
      );
      assert.deepEqual(done, []);
    });

    it("keeps a secret secret", async () => {
      const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };
      const [done] = await configured({ "rds-database-has-backups": ["remediate"] }, () =>
        remediate({ type: "aws:rds/instance:Instance", props: { password: secret } }),
      );
      assert.deepEqual(done!.props, { password: secret, backupRetentionPeriod: 7 });
    });

    it("mends nothing that is exempt", async () => {
      const exemptions = [{ stack: "dev", reason: "The auditors hold it.", until: "2999-12-31" }];
      const done = await configured({ "aws-resource-can-be-destroyed": ["remediate", { exemptions }] }, () =>
        remediate({ type: "aws:s3/bucket:Bucket", props: {} }),
      );
      assert.deepEqual(done, []);
    });

    it("leaves to the check what it cannot mend", async () => {
      const found = await configured({ "aws-resource-is-tagged": ["remediate"] }, () =>
        analyze({ type: QUEUE, props: {} }),
      );
      assert.deepEqual(
        found.map(({ enforcementlevel }) => enforcementlevel),
        [LEVEL.mandatory],
      );
    });
  });

  describe("asked of a whole stack", () => {
    const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
    const arn = "arn:aws:sqs:us-east-1:123456789012:orders";
    const queue = (props: object): Asked => ({ type: QUEUE, name: "orders", props: { tags, ...props } });
    const consumer = (eventSourceArn: string, from: readonly string[] = []): Asked => ({
      ...{ type: MAPPING, name: "consumer" },
      props: { eventSourceArn, functionName: "f" },
      from: { eventSourceArn: from },
    });
    const RULE = "sqs-queue-with-a-consumer-has-a-dead-letter-queue";
    const about = (found: readonly Diagnostic[]) => found.filter(({ policyname }) => policyname === RULE);

    it("sees what resources are to each other, and names the one at fault", async () => {
      const [found, ...more] = about(await analyzeStack([queue({ arn }), consumer(arn)]));
      assert.deepEqual(more, []);
      assert.equal(found!.urn, urnOf(QUEUE, "orders"));
      assert.match(found!.message, /orders: consumer consumes it, and redrivePolicy is absent\. Give redrivePolicy/);
      assert.deepEqual(about(await analyzeStack([queue({ arn }), consumer(`${arn}-2`)])), []);
    });

    it("follows dependencies where a preview does not know the values", async () => {
      assert.equal(about(await analyzeStack([queue({ arn: UNKNOWN }), consumer(UNKNOWN, ["orders"])])).length, 1);
      assert.equal(about(await analyzeStack([queue({ arn: UNKNOWN }), consumer(UNKNOWN)])).length, 0);
    });
  });
});
