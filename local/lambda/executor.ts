import { randomUUID } from "node:crypto";
import { AssumedRoles, type ExecutionRoles } from "./execution-role";
import { FunctionWorker } from "./function-worker";
import {
  type CloudAccess,
  functionNamed,
  type InvokeOptions,
  type InvokeResult,
  type Invoker,
  type LambdaFunction,
} from "./lambda-function";
import { LogClients, LogShipper, type LogSink } from "./log-shipper";
import { OrphanGuard } from "./orphan-guard";
import { environmentOf, logStreamName, newTraceId } from "./runtime-environment";
import { WorkerPool } from "./worker-pool";

export type { InvokeResult } from "./lambda-function";

export interface ExecutorOptions {
  /** Concurrent invocations of all functions without reserved concurrency; above it they are throttled. Default 40. */
  readonly unreservedConcurrency?: number;
  /** A worker unused for so long ends. Default 60 s. */
  readonly idleSeconds?: number;
  /** Log lines wait at most so long before they are put to CloudWatch Logs. Default 2000 ms. */
  readonly logFlushMilliseconds?: number;
  /** Sees every line that any function prints, for example to read EMF metrics. */
  readonly onLog?: (line: string, fn: LambdaFunction) => void;
  /** Told what went wrong around an invocation without failing it, for example logs that could not be delivered. */
  readonly onProblem?: (message: string) => void;
  /** Where execution-role credentials come from. Default: AssumeRole on the cloud. */
  readonly roles?: ExecutionRoles;
  /** Where a worker's lines go besides `onLog`. Default: its CloudWatch log stream. */
  readonly openLog?: (fn: LambdaFunction, stream: string) => LogSink;
}

/** No invocation begins on credentials with less than this left; longer than any function may run is not needed here. */
const CREDENTIALS_MARGIN_MILLISECONDS = 5 * 60_000;

/**
 * Runs functions in processes of their own, as Lambda does: one invocation at a time per process, started on demand up
 * to the function's reserved concurrency, kept warm, each with the credentials of its execution role ("Lambda function
 * scaling" and "Lambda runtime environment", Lambda Developer Guide). Not imitated: the freeze between invocations.
 */
export class LambdaExecutor implements Invoker {
  readonly #pools = new Map<string, WorkerPool>();
  readonly #guard = new OrphanGuard();
  readonly #roles: ExecutionRoles;
  readonly #logClients: LogClients;
  readonly #reaper: NodeJS.Timeout;
  readonly #endings = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    private readonly cloud: CloudAccess,
    private readonly functions: ReadonlyMap<string, LambdaFunction>,
    private readonly options: ExecutorOptions = {},
  ) {
    this.#roles = options.roles ?? new AssumedRoles(cloud);
    this.#logClients = new LogClients(cloud, this.#roles);
    const idle = (options.idleSeconds ?? 60) * 1000;
    this.#reaper = setInterval(() => {
      for (const pool of this.#pools.values()) pool.retireIdle(Date.now() - idle);
    }, idle / 4);
    this.#reaper.unref();
  }

  /** Runs one invocation; never rejects. `arn` may end with a version or an alias; `payload` is JSON text. */
  async invoke(arn: string, payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const fn = functionNamed(this.functions, arn);
    if (fn === undefined) return { kind: "service-error", message: `Function not found: ${arn}` };
    if (this.#stopped) return { kind: "service-error", message: `${fn.name}: the executor is stopped` };
    const pool = this.#poolOf(fn.arn);
    if (pool.busy >= this.#placesOf(fn, pool)) return { kind: "throttled" };
    pool.busy += 1;
    try {
      return await this.#runIn(pool, fn, { arn, payload }, options);
    } catch (error) {
      return { kind: "service-error", message: (error as Error).message };
    } finally {
      pool.busy -= 1;
    }
  }

  /** The processes that exist now, by function ARN. */
  workerPids(arn: string): number[] {
    return [...this.#poolOf(arn).workers].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Ends every worker, a busy one too, and delivers what they printed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#reaper);
    const workers = [...this.#pools.values()].flatMap((pool) => [...pool.workers]);
    for (const worker of workers) worker.kill();
    await Promise.all(this.#endings);
    this.#guard.stop();
    this.#logClients.close();
    if (this.#roles instanceof AssumedRoles) this.#roles.close();
  }

  async #runIn(
    pool: WorkerPool,
    fn: LambdaFunction,
    asked: { readonly arn: string; readonly payload: string },
    options: InvokeOptions,
  ): Promise<InvokeResult> {
    const worker = pool.take() ?? (await this.#start(pool, fn));
    const { requestId: id = randomUUID(), traceId: trace = newTraceId(Date.now()) } = options;
    const result = await worker.run({ ...asked, id, trace }, options.killAfterMilliseconds);
    pool.giveBack(worker);
    return result;
  }

  async #start(pool: WorkerPool, fn: LambdaFunction): Promise<FunctionWorker> {
    const credentials = await this.#roles.credentialsOf(fn);
    if (this.#stopped) throw new Error(`${fn.name}: the executor is stopped`);
    const stream = logStreamName(new Date(), fn.version);
    const environment = environmentOf(fn, this.cloud, credentials, stream);
    const usableUntil = credentials.expiration.getTime() - CREDENTIALS_MARGIN_MILLISECONDS;
    const worker = new FunctionWorker(fn, environment, usableUntil, this.#logOf(fn, stream));
    pool.add(worker);
    const ending = this.#endOf(worker).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
    return worker;
  }

  async #endOf(worker: FunctionWorker): Promise<void> {
    const { pid } = worker;
    if (pid !== undefined) this.#guard.started(pid);
    await worker.ended;
    if (pid !== undefined) this.#guard.ended(pid);
    await worker.log.flush();
  }

  #logOf(fn: LambdaFunction, stream: string): LogSink {
    const { onLog, openLog } = this.options;
    const sink = openLog?.(fn, stream) ?? this.#shipperOf(fn, stream);
    if (onLog === undefined) return sink;
    return {
      line: (text) => {
        onLog(text, fn);
        sink.line(text);
      },
      flush: () => sink.flush(),
    };
  }

  #shipperOf(fn: LambdaFunction, stream: string): LogSink {
    const onFailure = (error: Error) => {
      this.options.onProblem?.(`${fn.name}: logs not delivered to ${fn.logGroup}: ${error.name}: ${error.message}`);
    };
    const every = this.options.logFlushMilliseconds ?? 2000;
    return new LogShipper(this.#logClients.of(fn), fn.logGroup, stream, every, onFailure);
  }

  /** "Understanding reserved concurrency", Lambda Developer Guide: reserved is both a guarantee and a limit. */
  #placesOf(fn: LambdaFunction, pool: WorkerPool): number {
    if (fn.reservedConcurrency !== undefined) return fn.reservedConcurrency;
    const unreserved = [...this.#pools].filter(([arn]) => this.functions.get(arn)?.reservedConcurrency === undefined);
    const elsewhere = unreserved.reduce((sum, [, other]) => sum + (other === pool ? 0 : other.busy), 0);
    return (this.options.unreservedConcurrency ?? 40) - elsewhere;
  }

  #poolOf(arn: string): WorkerPool {
    const known = this.#pools.get(arn);
    if (known !== undefined) return known;
    const pool = new WorkerPool();
    this.#pools.set(arn, pool);
    return pool;
  }
}
