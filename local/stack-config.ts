import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A stack's settings as the Pulumi CLI hands them to a program. */
export interface StackConfig {
  readonly project: string;
  /** `namespace:key` → text; anything but a string is JSON. */
  readonly config: Record<string, string>;
  /** Keys whose values are secret. */
  readonly secrets: string[];
}

interface Declaration {
  readonly type?: string;
  readonly default?: unknown;
  readonly value?: unknown;
  readonly secret?: boolean;
}

interface ProjectFile {
  readonly name: string;
  readonly config?: Readonly<Record<string, Declaration | string | number | boolean>>;
}

/**
 * Reads Pulumi.yaml's defaults and Pulumi.{stack}.yaml over them.
 * @param overrides settings for this run over both; keys with or without their namespace
 * @throws when the stack has no file, a setting is encrypted (this program holds no key), or a declared key has no value
 */
export function readStackConfig(
  root: string,
  stack: string,
  overrides: Readonly<Record<string, string>> = {},
): StackConfig {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new Error(`stack ${stack}: there is no ${file}; give dev, prod or local.`);
  const settings = (parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const full = (key: string) => (key.includes(":") && !key.startsWith(":") ? key : `${project.name}:${key}`);
  const config: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [key, declared] of Object.entries(project.config ?? {})) {
    const declaration: Declaration = typeof declared === "object" ? declared : { value: declared };
    const value = declaration.default ?? declaration.value;
    if (value !== undefined) config[full(key)] = textOf(value);
    if (declaration.secret) secrets.push(full(key));
  }
  for (const [key, value] of Object.entries(settings)) config[full(key)] = textOf(opened(value, key, file));
  for (const [key, value] of Object.entries(overrides)) config[full(key)] = value;
  const missing = Object.keys(project.config ?? {}).filter((key) => config[full(key)] === undefined);
  if (missing.length > 0) throw new Error(`${file}: give a value for ${missing.join(", ")}.`);
  return { project: project.name, config, secrets };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function opened(value: unknown, key: string, file: string): unknown {
  if (typeof value === "object" && value !== null && "secure" in value) {
    throw new Error(`${file}: ${key} is encrypted; give a plain value for a run without the Pulumi CLI.`);
  }
  return value;
}
