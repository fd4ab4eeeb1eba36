import assert from "node:assert/strict";
import { join } from "node:path";
import { Clients } from "../../local/clients";
import { type Cloud, startCloud } from "../../local/cloud";
import { type Deployment, deploy } from "../../local/deploy";
import { leftovers } from "../../local/leftovers";
import type { Program } from "../../local/run-program";

const ROOT = join(__dirname, "../..");

/** A cloud for the tests of one `describe`, and what each of them deploys on it, of which nothing may be left. */
export class Deploying {
  cloud!: Cloud;
  admin!: Clients;
  /** Of the test that runs; destroyed after it. */
  deployment: Deployment | undefined;

  constructor(stateName: string) {
    before(async () => {
      this.cloud = await startCloud({ root: ROOT, stateName });
      this.admin = new Clients(this.cloud, this.cloud.admin);
    });
    after(async () => {
      this.admin.close();
      await this.cloud.stop();
    });
    afterEach(() => this.destroy());
  }

  /** Answers the program's outputs. */
  async deploy(program: () => unknown): Promise<Record<string, string>> {
    const run = async () => program() as Awaited<ReturnType<Program>>;
    this.deployment = await deploy(this.cloud, { root: ROOT, stack: "local", program: run });
    return this.deployment.outputs as Record<string, string>;
  }

  async destroy(): Promise<void> {
    await this.deployment?.destroy();
    this.deployment = undefined;
    assert.deepEqual(await leftovers(this.cloud), []);
  }
}
