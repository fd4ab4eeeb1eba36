import type { Clock } from "../../shared/clock";
import { checkOf } from "./checks";
import { firstOf, queryOf, rowsOf, type Sender } from "./queries";

/** Whether the tables answer: asks the events of a visitor who cannot be, half a read unit. */
export const tablesCheck = (client: Sender, table: string, clock: Clock) =>
  checkOf(
    "the events table",
    async () => {
      await firstOf(rowsOf(client, { ...queryOf({ table, key: { visitor: "#health" } }), Limit: 1 }), 1);
      return undefined;
    },
    clock,
  );
