import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../support/recorded-program";

/** A program of one queue, with a provider that asks nobody. */
const program = (props: object) => `
  const aws = require("@pulumi/aws");
  const provider = new aws.Provider("offline", {
    region: "us-east-1", accessKey: "test", secretKey: "test", skipCredentialsValidation: true,
    skipMetadataApiCheck: true, skipRegionValidation: true, skipRequestingAccountId: true,
  });
  new aws.sqs.Queue("orders", ${JSON.stringify(props)}, { provider });
`;

const isOnPath = spawnSync("pulumi", ["version"]).status === 0;

/** The same questions as those of the analyzer's test, asked by the engine itself. */
describe("pulumi preview --policy-pack", function () {
  this.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), "sluice-preview-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  before(function () {
    if (!isOnPath) this.skip(); // the CLI is no npm package
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(join(folder, "package.json"), "{}");
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    mkdirSync(join(folder, "state"));
    pulumi("stack", "init", "dev");
  });

  function pulumi(...args: readonly string[]) {
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], { cwd: folder, env });
    return { status, said: `${stdout}${stderr}` };
  }

  const preview = (props: object) => {
    writeFileSync(join(folder, "index.js"), program(props));
    const level = { enforcementLevel: "disabled" };
    const config = { "sqs-queue-refuses-plain-http": level, "sqs-queue-has-an-alarm": level };
    writeFileSync(join(folder, "settings.json"), JSON.stringify(config));
    const packs = ["--policy-pack", join(ROOT, "policy"), "--policy-pack-config", join(folder, "settings.json")];
    return pulumi("preview", ...packs, "--stack", "dev");
  };
  const tags = { Environment: "dev", Owner: "me", CostCenter: "one", Project: "shop" };

  it("lets a program pass that keeps every rule", () => {
    const { status, said } = preview({ sqsManagedSseEnabled: true, tags });
    assert.equal(status, 0, said);
  });

  it("stops a program that breaks one, and says how to fix it", () => {
    const { status, said } = preview({ sqsManagedSseEnabled: false, tags });
    assert.notEqual(status, 0);
    assert.match(said, /sqs-queue-is-encrypted/);
    assert.match(said, /sqsManagedSseEnabled is false\. Leave sqsManagedSseEnabled on/);
  });
});
