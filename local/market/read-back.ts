import { parseLetter } from "../../operations/market-data/letters";
import type { Clients } from "../clients";
import { itemsOf, peek } from "../read-back";
import type { AuditRow, Letter } from "./ledger";

/** The audit trail. */
export async function auditOf(clients: Clients, table: string): Promise<AuditRow[]> {
  return (await itemsOf(clients, table)) as unknown as AuditRow[];
}

/** The letters that wait in the queues, by name and URL; they stay there. */
export async function lettersIn(clients: Clients, queues: ReadonlyMap<string, string>): Promise<Letter[]> {
  const all = await Promise.all(
    [...queues].map(async ([queue, url]) => {
      const bodies = await peek(clients, url);
      return bodies.map((message) => {
        const { event } = parseLetter(message);
        return { queue, envelopeId: event.id, ...(event.detail.eventId ? { eventId: event.detail.eventId } : {}) };
      });
    }),
  );
  return all.flat();
}
