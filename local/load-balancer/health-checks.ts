import type { Clock } from "../event-sources/clock";
import { healthCheckEvent, type LambdaEvent } from "./lambda-event";
import type { TargetAnswer } from "./lambda-target";
import type { HealthCheck, TargetGroup } from "./model";
import { afterCheck, isSuccess, NOT_CHECKED, type TargetHealth } from "./target-health";

type Checked = TargetGroup & { readonly functionArn: string; readonly healthCheck: HealthCheck };

interface Surroundings {
  readonly clock: Clock;
  /** Real seconds per AWS second: of intervals. A function runs in real time, so timeouts are real too. */
  readonly timeScale: number;
  readonly ask: (group: Checked, event: LambdaEvent) => Promise<TargetAnswer>;
}

/**
 * Asks one function for its health again and again. An interval begins with its check; unlike on AWS a check that takes longer
 * delays the next one, or checks would pile up where intervals are scaled down.
 */
export class HealthChecks {
  #health: TargetHealth = NOT_CHECKED;
  #cancel = () => {};
  #stopped = false;

  constructor(
    private readonly group: Checked,
    private readonly world: Surroundings,
  ) {}

  get health(): TargetHealth {
    return this.#health;
  }

  start(): void {
    void this.#check();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #check(): Promise<void> {
    const { clock, timeScale } = this.world;
    const { healthCheck } = this.group;
    const began = clock.now();
    const passed = await this.#passes();
    if (this.#stopped) return;
    this.#health = afterCheck(this.#health, passed, healthCheck);
    const rest = healthCheck.intervalSeconds * 1000 * timeScale - (clock.now() - began);
    this.#cancel = clock.after(Math.max(0, rest), () => void this.#check());
  }

  /** An answer within the time, with a status code of success. */
  #passes(): Promise<boolean> {
    const { healthCheck } = this.group;
    return new Promise((resolve) => {
      const cancel = this.world.clock.after(healthCheck.timeoutSeconds * 1000, () => resolve(false));
      void this.world.ask(this.group, healthCheckEvent(this.group, healthCheck)).then(({ ...asked }) => {
        cancel();
        resolve("answer" in asked && isSuccess(asked.answer.status, healthCheck));
      });
    });
  }
}
