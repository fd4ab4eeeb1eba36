import type { Awaitable } from "../domain/ports";

/** Why a port's answer is not used. */
export type Missed = "late" | "failed";

/**
 * What `ask` answers, or `otherwise` where it has not by `deadline` or fails. What is there at once costs no timer and no
 * turn of the event loop. An answer that comes later is dropped, its failure as well; `missed` has been told.
 * @param deadline in milliseconds of `now`
 */
export function inTime<T>(
  ask: () => Awaitable<T>,
  deadline: number,
  now: () => number,
  otherwise: T,
  missed: (how: Missed) => void,
): Awaitable<T> {
  try {
    const answer = ask();
    if (!(answer instanceof Promise)) return answer;
    const milliseconds = deadline - now();
    if (milliseconds > 0) return raced(answer, milliseconds, otherwise, missed);
    answer.catch(() => {});
    missed("late");
  } catch {
    missed("failed");
  }
  return otherwise;
}

function raced<T>(answer: Promise<T>, milliseconds: number, otherwise: T, missed: (how: Missed) => void): Promise<T> {
  return new Promise((resolve) => {
    let isOpen = true;
    const settle = (value: T, how?: Missed) => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      if (how) missed(how);
      resolve(value);
    };
    const timer = setTimeout(settle, milliseconds, otherwise, "late");
    answer.then(
      (value) => settle(value),
      () => settle(otherwise, "failed"),
    );
  });
}
