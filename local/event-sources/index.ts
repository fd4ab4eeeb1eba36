import { LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AssumedRoles, type ExecutionRoles } from "../lambda/execution-role";
import { type ExecutorOptions, LambdaExecutor } from "../lambda/executor";
import type { CloudAccess, Invoker } from "../lambda/lambda-function";
import { AsyncInvocation } from "./async-invocation";
import { BusDelivery, type BusTarget, type DeliveryStatistics } from "./bus-delivery";
import { type AsyncFunction, QueueLetterSender, QueueUrls } from "./destinations";
import { Faults } from "./faults";
import { Problems } from "./problems";
import { type ScheduledTarget, Schedules } from "./schedules";
import type { FunctionStatistics } from "./statistics";

export interface EventSourceOptions extends Omit<ExecutorOptions, "roles" | "openLog"> {
  /** Real seconds per AWS second, for the waits and ages of retries. Default 1/60. */
  readonly timeScale?: number;
  readonly faults?: Faults;
  /** Events of one function held in memory at once; the rest stay in the delivery queue. Default 2000. */
  readonly maximumPending?: number;
  /** Concurrent reads of each delivery queue. Default 2: a read of an empty queue answers within 100 ms of an event. */
  readonly receiversPerQueue?: number;
  /** Events that a crash of this process left unfinished come back after so long. Default 120. */
  readonly visibilitySeconds?: number;
  /** A change of a function's resource policy is seen after at most so long. Default 5000 ms. */
  readonly policyMilliseconds?: number;
}

/** What was deployed, as far as event sources need it. */
export interface EventSourceDeployment {
  readonly functions: ReadonlyMap<string, AsyncFunction>;
  readonly targets: readonly (BusTarget & ScheduledTarget)[];
}

export interface EventSourceStatistics {
  /** By function name; only functions that were handed an event. */
  readonly functions: Readonly<Record<string, FunctionStatistics>>;
  /** By `rule > function`. */
  readonly deliveries: Readonly<Record<string, DeliveryStatistics>>;
  /** Everything that went wrong outside the functions, oldest first, the first 1000. */
  readonly problems: readonly string[];
}

export interface EventSources {
  /** Runs a function on its own, for example to warm it or to measure it. */
  readonly executor: LambdaExecutor;
  /** The executor with the faults in front of it, for other sources of invocations. */
  readonly invoker: Invoker;
  /** The functions' roles, as the executor assumes them. */
  readonly roles: ExecutionRoles;
  readonly stats: EventSourceStatistics;
  /** Runs a scheduled rule now; it also runs at once when the sources start, and then as its rate says. */
  fire(ruleName: string): Promise<void>;
  /** Resolves when nothing is in flight or queued between the buses and the ends of the functions' events. */
  idle(): Promise<void>;
  /** Ends all workers. Events that have not ended become visible in their delivery queues again. */
  stop(): Promise<void>;
}

/** Begins to deliver what the rules match to the deployed functions. Throws for a destination it cannot deliver to. */
export function startEventSources(
  cloud: CloudAccess,
  deployment: EventSourceDeployment,
  options: EventSourceOptions = {},
): EventSources {
  const problems = new Problems(options.onProblem);
  const onProblem = (message: string) => problems.add(message);
  const service = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
  const [sqs, lambda] = [new SQSClient(service), new LambdaClient(service)];
  const { functions, targets } = deployment;
  const { timeScale = 1 / 60, faults = new Faults([]), receiversPerQueue = 2 } = options;
  const { policyMilliseconds = 5000, visibilitySeconds = 120 } = options;
  const roles = new AssumedRoles(cloud);
  const executor = new LambdaExecutor(cloud, functions, { ...options, onProblem, roles });
  const invoker = faults.wrap(executor);
  const urls = new QueueUrls(sqs);
  const sender = new QueueLetterSender(cloud, roles, urls);
  const pending = options.maximumPending === undefined ? {} : { maximumPending: options.maximumPending };
  const common = { timeScale, onProblem };
  const invocation = new AsyncInvocation(functions, { ...common, ...pending, invoker, sender });
  const reading = { sqs, lambda, urls, receiversPerQueue, policyMilliseconds, visibilitySeconds };
  const bus = new BusDelivery(targets, { ...common, ...reading, functions, invocation, faults });
  const schedules = new Schedules(targets, { ...common, sqs });
  schedules.start();

  return {
    executor,
    invoker,
    roles,
    get stats() {
      return { functions: invocation.statistics(), deliveries: bus.statistics(), problems: problems.first };
    },
    fire: (ruleName) => schedules.fire(ruleName),
    async idle() {
      // Twice: an event may have been between a function's PutEvents and the next queue when it was looked at.
      for (let quiet = 0; quiet < 2; ) {
        await invocation.idle();
        quiet = (await bus.isIdle()) && invocation.pending === 0 ? quiet + 1 : 0;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stop() {
      schedules.stop();
      invocation.stop();
      await bus.stop();
      await executor.stop();
      for (const client of [sqs, lambda, sender, roles]) "close" in client ? client.close() : client.destroy();
    },
  };
}
