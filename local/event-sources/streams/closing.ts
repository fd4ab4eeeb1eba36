import type { FailureDestination } from "./failure-destination";

/** The destination, closed when all that is on its way to it has arrived: what is broken off there is lost, not tried again. */
export function closedWhenDone(destination: FailureDestination): FailureDestination {
  let [onTheWay, isOver] = [0, false];
  const closeIfDone = () => {
    if (isOver && onTheWay === 0) destination.close();
  };
  return {
    withPayload: destination.withPayload,
    async send(body, key) {
      onTheWay += 1;
      try {
        await destination.send(body, key);
      } finally {
        onTheWay -= 1;
        closeIfDone();
      }
    },
    close() {
      isOver = true;
      closeIfDone();
    },
  };
}
