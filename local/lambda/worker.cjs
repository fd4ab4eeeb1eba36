"use strict";
/**
 * One execution environment of a function: loads the handler once and runs one invocation at a time, as AWS's Node.js
 * runtime does ("Building with Node.js", "Define Lambda function handler in Node.js", Lambda Developer Guide).
 *
 * Messages over Node's IPC channel:
 *   to us:   { id, payload, arn, deadline, trace }             payload is JSON text, deadline in epoch milliseconds
 *   from us: { ready, initMs } | { initError, errorType }       once, after loading the code
 *            { id, payload, durationMs, errorType?, last? }     payload is the answer, or the error when errorType is set;
 *                                                               last: the process exits after it
 *
 * Plain JavaScript on purpose: a compile step or a loader would run inside every cold start. It needs no package and
 * leaves nothing of itself visible to the function except the open channel.
 */
const path = require("node:path");
const { performance } = require("node:perf_hooks");

const INIT_EXIT_CODE = 1;
const UNCAUGHT_EXIT_CODE = 129;
const UNHANDLED_REJECTION_EXIT_CODE = 128;

const send = process.send.bind(process);
process.send = undefined; // Lambda has none: a function that finds it would believe it was forked
const channel = process.channel;
process.on("disconnect", () => process.exit(0)); // our parent is gone: no orphan

/** @type {{ id: string, startedAt: number, answer?: { error: unknown, value: unknown } } | undefined} */
let current;

function describe(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function logError(label, description) {
  const line = [new Date().toISOString(), current?.id ?? "undefined", "ERROR", label, JSON.stringify(description)];
  process.stderr.write(`${line.join("\t")}\n`);
}

function finish(invocation, error, value, failed) {
  if (invocation !== current) return; // a second answer to the same invocation is ignored, as AWS ignores it
  current = undefined;
  channel.ref();
  const durationMs = performance.now() - invocation.startedAt;
  if (!failed) {
    try {
      send({ id: invocation.id, payload: JSON.stringify(value) ?? "null", durationMs });
      return;
    } catch (unserialisable) {
      error = unserialisable;
    }
  }
  const description = describe(error);
  logError("Invoke Error", description);
  send({ id: invocation.id, payload: JSON.stringify(description), errorType: description.errorType, durationMs });
}

function contextOf(message) {
  const environment = process.env;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: message.arn,
    awsRequestId: message.id,
    getRemainingTimeInMillis: () => Math.max(0, message.deadline - Date.now()),
  };
}

function run(handler, message) {
  const invocation = { id: message.id, startedAt: performance.now() };
  current = invocation;
  process.env._X_AMZN_TRACE_ID = message.trace;
  // While a handler runs, only its own work keeps the loop alive: an empty loop then means that it is done.
  channel.unref();
  const context = contextOf(message);
  const callback = (error, value) => {
    const failed = error !== undefined && error !== null;
    if (failed || !context.callbackWaitsForEmptyEventLoop) setImmediate(finish, invocation, error, value, failed);
    else invocation.answer = { value };
  };
  try {
    const result = handler(JSON.parse(message.payload), context, callback);
    if (typeof result?.then !== "function") return; // answers by callback
    result.then(
      (value) => finish(invocation, undefined, value, false),
      (error) => finish(invocation, error, undefined, true),
    );
  } catch (error) {
    finish(invocation, error, undefined, true);
  }
}

function exitAfter(message, code) {
  send(message, () => process.exit(code));
}

function fatal(label, description, code) {
  logError(label, description);
  const payload = JSON.stringify(description);
  const answer = { payload, errorType: description.errorType, last: true };
  if (current === undefined) exitAfter({ initError: payload, errorType: description.errorType }, code);
  else exitAfter({ ...answer, id: current.id, durationMs: performance.now() - current.startedAt }, code);
}

function initErrorOf(error) {
  const description = describe(error);
  if (error?.code === "MODULE_NOT_FOUND") description.errorType = "Runtime.ImportModuleError";
  else if (error instanceof SyntaxError) description.errorType = "Runtime.UserCodeSyntaxError";
  return description;
}

/** Loads `<module>.<export>` of `_HANDLER` below LAMBDA_TASK_ROOT. Throws what the module throws. */
function load() {
  const setting = process.env._HANDLER ?? "";
  const dot = setting.lastIndexOf(".");
  const exported = require(path.join(process.env.LAMBDA_TASK_ROOT, setting.slice(0, dot)))[setting.slice(dot + 1)];
  if (typeof exported === "function") return exported;
  const missing = new Error(`${setting} is ${exported === undefined ? "undefined or not exported" : "not a function"}`);
  missing.name = "Runtime.HandlerNotFound";
  throw missing;
}

process.on("beforeExit", () => {
  // The event loop is empty: give the callback's answer, or null for a handler that never settles.
  if (current !== undefined) finish(current, undefined, current.answer?.value ?? null, false);
});
process.on("uncaughtException", (error) => fatal("Uncaught Exception", describe(error), UNCAUGHT_EXIT_CODE));
process.on("unhandledRejection", (reason) => {
  const { errorMessage, trace, errorType } = describe(reason);
  const named = `${errorType}: ${errorMessage}`;
  const description = { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: named, trace };
  fatal("Unhandled Promise Rejection", description, UNHANDLED_REJECTION_EXIT_CODE);
});

try {
  const handler = load();
  process.on("message", (message) => run(handler, message));
  send({ ready: true, initMs: performance.now() });
} catch (error) {
  fatal("Init Error", initErrorOf(error), INIT_EXIT_CODE);
}
