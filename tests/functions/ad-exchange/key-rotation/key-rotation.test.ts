import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { bundleOf } from "../../../../components/shared/bundle";
import { parseSigningKeys, type StoredSigningKey } from "../../../../functions/ad-exchange/domain/auth/signing-keys";
import { rotate } from "../../../../functions/ad-exchange/key-rotation/key-rotation";
import { SecretsManagerVersions } from "../../../../functions/ad-exchange/key-rotation/secret-versions";
import { BUDGET_KIB } from "../../../bench/bundles";
import { FakeLog, FakeMetrics, ManualClock } from "../../handlers/support/fakes";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing-keys-AbCdEf";
const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;
const DAY = 86_400_000;

interface Version {
  value?: string;
  stages: string[];
}
interface Input {
  readonly SecretId: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
}

/** One secret as Secrets Manager keeps it, and the function that rotates it. */
class Rotating {
  readonly versions = new Map<string, Version>();
  readonly clock = new ManualClock();
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  readonly calls: string[] = [];
  rotates = true;
  fails: string | undefined;
  /** Runs before a value is put, as another run of the same step would. */
  beforePut: () => void = () => undefined;

  constructor(current?: string) {
    if (current !== undefined) this.versions.set("v0", { value: current, stages: ["AWSCURRENT"] });
  }

  private readonly client = {
    send: async ({ constructor: { name }, input }: { constructor: { name: string }; input: Input }) => {
      this.calls.push(name);
      assert.equal(input.SecretId, SECRET);
      if (this.fails === name) throw new Error("socket hang up");
      if (name === "DescribeSecretCommand")
        return {
          RotationEnabled: this.rotates,
          VersionIdsToStages: Object.fromEntries([...this.versions].map(([id, { stages }]) => [id, stages])),
        };
      if (name === "GetSecretValueCommand") return this.get(input);
      return name === "PutSecretValueCommand" ? this.put(input) : this.move(input);
    },
  } as unknown as SecretsManagerClient;

  private get({ VersionId, VersionStage = "" }: Input): object {
    const found = [...this.versions].find(
      ([id, { stages, value }]) => (VersionId ?? id) === id && stages.includes(VersionStage) && value !== undefined,
    );
    if (!found) throw new ResourceNotFoundException({ message: "no such version", $metadata: {} });
    return { SecretString: found[1].value };
  }

  private put({ ClientRequestToken = "", SecretString = "" }: Input): object {
    this.beforePut();
    const version = this.versions.get(ClientRequestToken);
    if (version?.value !== undefined && version.value !== SecretString)
      throw new ResourceExistsException({ message: "another value", $metadata: {} });
    this.versions.set(ClientRequestToken, { value: SecretString, stages: ["AWSPENDING"] });
    return {};
  }

  private move({ MoveToVersionId = "", RemoveFromVersionId, VersionStage = "" }: Input): object {
    const holder = [...this.versions].find(([, { stages }]) => stages.includes(VersionStage));
    assert.equal(RemoveFromVersionId, holder?.[0], "the stage is taken from who has it");
    if (holder) holder[1].stages = holder[1].stages.filter((stage) => stage !== VersionStage);
    this.versions.get(MoveToVersionId)?.stages.push(VersionStage);
    return {};
  }

  async step(Step: string, version: string, SecretId = SECRET): Promise<void> {
    const { clock, log, metrics } = this;
    const versions = new SecretsManagerVersions(this.client, SECRET);
    const event = { Step: Step as "setSecret", SecretId, ClientRequestToken: version };
    await rotate(event, { secret: SECRET, versions, randomBytes, clock, log, metrics });
  }

  /** As Secrets Manager does it. */
  async rotation(version: string, times = 1): Promise<void> {
    this.versions.set(version, { stages: ["AWSPENDING"] });
    for (const step of STEPS) for (let time = 0; time < times; time += 1) await this.step(step, version);
    this.clock.pass(1_000);
  }

  get current(): readonly StoredSigningKey[] {
    const [version] = [...this.versions.values()].filter(({ stages }) => stages.includes("AWSCURRENT"));
    return parseSigningKeys(version?.value ?? "").keys;
  }
}

const first = (createdAt = "2026-01-01T00:00:00.000Z") => ({
  ...{ id: "first", secret: Buffer.alloc(32, 7).toString("base64"), createdAt },
});
const secretOf = (...keys: object[]) => JSON.stringify({ keys });

describe("The rotation of signing keys", () => {
  it("puts a fresh key in front of the one that signed, which verifies on", async () => {
    const secret = new Rotating(secretOf(first()));
    await secret.rotation("v1");
    const [fresh, last, ...others] = secret.current;
    assert.deepEqual([last, others], [first(), []]);
    assert.equal(Buffer.from(fresh?.secret ?? "", "base64").length, 32);
    assert.match(fresh?.id ?? "", /^[A-Za-z0-9_-]{8}$/);
    assert.equal(fresh?.createdAt, "2026-01-05T14:30:00.000Z");
    assert.equal(secret.metrics.total("KeysRotated"), 1);
  });

  it("makes the first key of a secret that is empty", async () => {
    const secret = new Rotating();
    await secret.rotation("v1");
    assert.equal(secret.current.length, 1);
  });

  it("comes to the same when every step comes three times", async () => {
    const secret = new Rotating(secretOf(first()));
    await secret.rotation("v1", 3);
    assert.deepEqual([secret.current.length, secret.current[1]?.id], [2, "first"]);
    assert.equal(secret.calls.filter((name) => name === "PutSecretValueCommand").length, 1);
    assert.equal(secret.calls.filter((name) => name === "UpdateSecretVersionStageCommand").length, 1);
  });

  it("keeps the keys that another run of the step has put first", async () => {
    const secret = new Rotating(secretOf(first()));
    const other = secretOf({ ...first(), id: "other", secret: Buffer.alloc(32, 9).toString("base64") }, first());
    secret.versions.set("v1", { stages: ["AWSPENDING"] });
    secret.beforePut = () => secret.versions.set("v1", { value: other, stages: ["AWSPENDING"] });
    for (const step of STEPS) await secret.step(step, "v1");
    assert.deepEqual(
      secret.current.map(({ id }) => id),
      ["other", "first"],
    );
  });

  it("keeps three keys beside the one that signs", async () => {
    const secret = new Rotating(secretOf(first()));
    const ids: string[] = ["first"];
    for (const version of ["v1", "v2", "v3", "v4", "v5"]) {
      await secret.rotation(version);
      ids.unshift(secret.current[0]?.id ?? "");
    }
    assert.deepEqual(
      secret.current.map(({ id }) => id),
      ids.slice(0, 4),
    );
  });

  it("keeps a key for seven days after its successor was made, however old it is", async () => {
    const secret = new Rotating(secretOf(first("2020-01-01T00:00:00.000Z")));
    await secret.rotation("v1");
    assert.equal(secret.current.at(-1)?.id, "first");
    secret.clock.pass(7 * DAY - 1_001);
    await secret.rotation("v2");
    assert.equal(secret.current.at(-1)?.id, "first");
    await secret.rotation("v3");
    assert.deepEqual([secret.current.length, secret.current.some(({ id }) => id === "first")], [3, false]);
  });

  it("changes nothing that is current before its last step", async () => {
    const secret = new Rotating(secretOf(first()));
    secret.versions.set("v1", { stages: ["AWSPENDING"] });
    for (const step of STEPS.slice(0, 3)) await secret.step(step, "v1");
    assert.deepEqual(secret.current, [first()]);
  });

  describe("is refused", () => {
    const pending = (secret: Rotating, value?: string) =>
      secret.versions.set("v1", { ...(value === undefined ? {} : { value }), stages: ["AWSPENDING"] });
    const fresh = { ...first(), id: "fresh", secret: Buffer.alloc(32, 9).toString("base64") };
    const cases: Record<string, [(secret: Rotating) => Promise<void>, RegExp]> = {
      "for another secret": [(secret) => secret.step("createSecret", "v1", `${SECRET}x`), /not the one/],
      "at an unknown step": [(secret) => secret.step("constructor", "v1"), /no such step/],
      "of a secret that does not rotate": [
        (secret) => {
          secret.rotates = false;
          return secret.step("createSecret", "v1");
        },
        /does not rotate/,
      ],
      "of a version that there is not": [(secret) => secret.step("createSecret", "v2"), /no such version/],
      "of a version that a prototype has": [(secret) => secret.step("createSecret", "toString"), /no such version/],
      "of a version that is not pending": [
        (secret) => {
          secret.versions.set("v1", { value: secretOf(first()), stages: ["AWSPREVIOUS"] });
          return secret.step("finishSecret", "v1");
        },
        /not pending/,
      ],
      "when nothing is pending to test": [(secret) => secret.step("testSecret", "v1"), /has no keys/],
      "when the pending keys forget the one that signs": [
        (secret) => {
          pending(secret, secretOf(fresh));
          return secret.step("testSecret", "v1");
        },
        /no longer verify/,
      ],
      "when the pending first key is the old one": [
        (secret) => {
          pending(secret, secretOf(first()));
          return secret.step("testSecret", "v1");
        },
        /not new/,
      ],
      "when the pending first key has an old secret under a new id": [
        (secret) => {
          pending(secret, secretOf({ ...first(), id: "renamed" }, first()));
          return secret.step("testSecret", "v1");
        },
        /not new/,
      ],
      "when the key that signs has another secret": [
        (secret) => {
          pending(secret, secretOf(fresh, { ...first(), secret: Buffer.alloc(32, 8).toString("base64") }));
          return secret.step("testSecret", "v1");
        },
        /no longer verify/,
      ],
      "when there is no pending key": [
        (secret) => {
          pending(secret, secretOf());
          return secret.step("testSecret", "v1");
        },
        /has no key/,
      ],
      "when a pending key is short": [
        (secret) => {
          pending(secret, secretOf({ ...fresh, secret: Buffer.alloc(31).toString("base64") }, first()));
          return secret.step("testSecret", "v1");
        },
        /number 1 has not/,
      ],
    };
    for (const [what, [act, problem]] of Object.entries(cases))
      it(what, async () => {
        const secret = new Rotating(secretOf(first()));
        pending(secret);
        await assert.rejects(act(secret), { name: "FinalFailure", message: problem });
        assert.deepEqual([secret.current, secret.metrics.total("RotationFailures")], [[first()], 1]);
      });

    it("rather than forget what is current and cannot be read", async () => {
      for (const current of ["hunter2", "{}", secretOf({ id: "a" }), secretOf(first(), first())]) {
        const secret = new Rotating(current);
        pending(secret);
        await assert.rejects(secret.step("createSecret", "v1"), { name: "FinalFailure", message: /signing keys: / });
        assert.equal(secret.versions.get("v1")?.value, undefined);
      }
    });
  });

  it("is tried again when Secrets Manager does not answer", async () => {
    for (const [step, command] of [
      ["createSecret", "GetSecretValueCommand"],
      ["createSecret", "PutSecretValueCommand"],
      ["finishSecret", "UpdateSecretVersionStageCommand"],
    ] as const) {
      const secret = new Rotating(secretOf(first()));
      secret.versions.set("v1", { stages: ["AWSPENDING"] });
      secret.fails = command;
      await assert.rejects(secret.step(step, "v1"), { name: "RetryableFailure", message: /socket hang up/ });
      secret.fails = undefined;
      await secret.rotation("v1");
      assert.equal(secret.current.length, 2);
    }
  });

  it("logs no key", async () => {
    const secret = new Rotating(secretOf(first()));
    await secret.rotation("v1");
    const unreadable = new Rotating("hunter2 hunter2");
    unreadable.versions.set("v1", { stages: ["AWSPENDING"] });
    await assert.rejects(
      unreadable.step("createSecret", "v1"),
      (error: Error) => !`${error.stack}`.includes("hunter2"),
    );
    const said = JSON.stringify([secret.log.lines, unreadable.log.lines]);
    for (const key of [...secret.current.map((each) => each.secret), "hunter2"])
      assert.equal(said.includes(key), false, key);
    assert.deepEqual([secret.log.lines.length, unreadable.log.lines.length], [4, 1]);
  });

  it(`is a bundle of at most ${BUDGET_KIB} KiB`, async () => {
    const { bytes } = await bundleOf("functions/ad-exchange/key-rotation/index.ts");
    assert.ok(bytes <= BUDGET_KIB * 1024, `${bytes} bytes`);
  });
});
