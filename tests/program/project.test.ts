import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { CONFIG_KEYS } from "../../components/config";
import { readStackConfig } from "../../local/stack-config";
import { ROOT } from "../support/recorded-program";

interface Declaration {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly items?: { readonly type: string };
}
const project = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { config: Record<string, Declaration> };
const own = Object.entries(project.config).filter(([key]) => !key.includes(":"));

describe("Pulumi.yaml", () => {
  it("declares exactly the keys that the program reads", () => {
    assert.deepEqual(own.map(([key]) => key).sort(), Object.keys(CONFIG_KEYS).sort());
  });

  it("gives each key a type that Pulumi knows and a description", () => {
    for (const [key, { type, description, items }] of own) {
      assert.ok(["string", "integer", "boolean", "array", "object"].includes(String(type)), key);
      assert.ok(String(description).length > 10, key);
      assert.equal(
        items !== undefined,
        type === "array",
        `${key}: Pulumi wants the items of an array, and of nothing else`,
      );
    }
  });

  it("gives each key a default of its type, but for the address that mail goes to", () => {
    const typeOf = (value: unknown) =>
      Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
    const without = own.filter(([, declared]) => declared.default === undefined).map(([key]) => key);
    assert.deepEqual(without, ["notificationEmail"]);
    for (const [key, declared] of own) {
      if (declared.default !== undefined) assert.equal(typeOf(declared.default), declared.type, key);
    }
  });
});

describe("Settings of a stack", () => {
  it("stand over the project's defaults, and a run's over both", () => {
    const { config } = readStackConfig(ROOT, "prod", { marketDataArchiveDays: "30", "aws:region": "eu-west-1" });
    assert.equal(config["sluice:compliance"], "true");
    assert.equal(config["sluice:marketDataMemoryMiB"], "256");
    assert.equal(config["sluice:tags"], '{"Compliance":"audit"}');
    assert.equal(config["sluice:marketDataArchiveDays"], "30");
    assert.equal(config["aws:region"], "eu-west-1");
  });

  it("name no key that Pulumi.yaml does not declare", () => {
    for (const stack of ["dev", "prod", "local"]) {
      const file = parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as {
        config: Record<string, unknown>;
      };
      for (const key of Object.keys(file.config)) {
        if (key.startsWith("sluice:")) assert.ok(key.slice(7) in project.config, `${stack}: ${key}`);
      }
    }
  });

  it("of stack local point every service that the program uses at this machine, and never skip the account", () => {
    const { config } = readStackConfig(ROOT, "local");
    const [endpoints] = JSON.parse(config["aws:endpoints"] ?? "[]") as Record<string, string>[];
    for (const [service, endpoint] of Object.entries(endpoints ?? {}))
      assert.match(endpoint, /^http:\/\/127\.0\.0\.1:\d+$/, service);
    assert.equal(config["aws:skipRequestingAccountId"], undefined);
    assert.equal(config["aws:skipCredentialsValidation"], "true");
  });

  it("are refused when a stack, a value or a key to a secret is missing", () => {
    assert.throws(
      () => readStackConfig(ROOT, "staging"),
      /stack staging: there is no .*Pulumi\.staging\.yaml; give dev, prod or local/,
    );
    const folder = mkdtempSync(join(tmpdir(), "sluice-settings-"));
    try {
      writeFileSync(
        join(folder, "Pulumi.yaml"),
        "name: p\nconfig:\n  a:\n    type: string\n  b:\n    type: string\n    secret: true\n",
      );
      writeFileSync(join(folder, "Pulumi.one.yaml"), "config:\n  p:b: x\n");
      writeFileSync(join(folder, "Pulumi.two.yaml"), "config:\n  p:b:\n    secure: xyz\n");
      assert.throws(() => readStackConfig(folder, "one"), /Pulumi\.one\.yaml: give a value for a\./);
      assert.throws(() => readStackConfig(folder, "two"), /p:b is encrypted; give a plain value/);
      assert.deepEqual(readStackConfig(folder, "one", { a: "1" }).secrets, ["p:b"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
