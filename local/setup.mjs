// Installs what is missing, then runs a script: `node local/setup.mjs <script.ts> [arguments]`.
// Needs nothing but Node.js, and Python for the embedded cloud, which is left out when SLUICE_NO_CLOUD=1, when the first argument
// is `unit`, and for operations, documents and policy. `--only-install` in the script's place stops after the installation.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const state = join(root, ".sluice");
const venv = join(state, "venv");

function fail(message) {
  console.error(message);
  process.exit(1);
}

function run(command, args, what) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (error || status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ""}; the lines above say why.`);
}

const textIn = (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);

/** Of an installation's inputs; compiled parts depend on the runtime's version. */
function hashOf(runtime, ...files) {
  const hash = createHash("sha256").update(runtime);
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Does `install` unless its marker says that it was completed for the same inputs. */
function once(marker, hash, isPresent, install) {
  const file = join(state, marker);
  const isDone = () => isPresent() && textIn(file) === hash;
  if (isDone()) return;
  locked(() => {
    if (isDone()) return; // by another set-up, meanwhile
    rmSync(file, { force: true }); // should this one be interrupted, the next begins again
    install();
    writeFileSync(file, hash);
  });
}

/** One set-up at a time: a file with the owner's process id, taken over when the owner has ended without removing it. */
function locked(work) {
  const lock = join(state, "setup.lock");
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  for (let waited = false; !taken(mine, lock); ) {
    const owner = textIn(lock);
    if (owner !== undefined && !isRunning(Number(owner))) takeAway(lock, owner, mine);
    else {
      if (!waited) console.log("  waiting for another set-up …");
      waited = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  const release = () => {
    rmSync(lock, { force: true });
    rmSync(mine, { force: true });
  };
  process.once("exit", release);
  work();
  release();
  process.off("exit", release);
}

/** A link, since its target appears whole, with its content, or not at all. */
function taken(mine, lock) {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Renaming succeeds for one of several that want to; whoever got a living owner's lock instead puts it back. */
function takeAway(lock, deadOwner, mine) {
  const aside = `${mine}.stale`;
  try {
    renameSync(lock, aside);
    if (textIn(aside) !== deadOwner) taken(aside, lock);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  rmSync(aside, { force: true });
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node.js is ${process.versions.node}; install 20.19 or newer.`);
}

/** A Python of at least 3.11: its command. */
function findPython() {
  const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
  for (const name of names) {
    const { status, stdout } = spawnSync(name, ["-c", "import sys; print(sys.version_info >= (3, 11))"]);
    if (status === 0 && String(stdout).trim() === "True") return name;
  }
  return fail(
    `The embedded cloud needs Python 3.11 or newer; none of ${names.join(", ")} on PATH is. Without it: npm run test:unit.`,
  );
}

function installPackages() {
  const isPresent = () => existsSync(join(root, "node_modules", "tsx"));
  once("npm.done", hashOf(process.versions.modules, "package-lock.json", ".npmrc"), isPresent, () => {
    console.log("  installing npm packages from the lockfile …");
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci");
  });
}

function installCloud() {
  // Runs only where the virtual environment stands and its Python still exists.
  const isPresent = () => existsSync(join(venv, "bin", "ministack")) && existsSync(join(venv, "bin", "python"));
  once("venv.done", hashOf(venv, "local/requirements.txt"), isPresent, () => {
    const python = findPython();
    console.log("  installing the embedded cloud, hashes checked …");
    rmSync(venv, { recursive: true, force: true });
    run(python, ["-m", "venv", venv], "making a virtual environment");
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"];
    run(join(venv, "bin", "python"), [...pip, "-r", "local/requirements.txt"], "pip install");
  });
}

function start(script, args) {
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  const child = spawn(process.execPath, ["--require", "tsx/cjs", join(root, script), ...args], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal sends Ctrl-C to the script as well; twice would cut its clean-up short.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

checkNode();
mkdirSync(state, { recursive: true });
const [script, ...args] = process.argv.slice(2);
if (!script) fail("usage: node local/setup.mjs <script.ts> [arguments] | --only-install");
installPackages();
const needsNoCloud = args[0] === "unit" || /^(operations|docs|policy)\//.test(script);
if (process.env.SLUICE_NO_CLOUD !== "1" && !needsNoCloud) installCloud();
if (script !== "--only-install") start(script, args);
