import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { chunksOf } from "../../shared/chunks";
import { RetryableFailure } from "../../shared/outcome";

export interface OutgoingEvent {
  readonly detailType: "MarketData.Validated" | "MarketData.Alert";
  readonly detail: object;
}

/** The bus, as one stage may write to it. */
export interface EventBus {
  /** Resolves once every event is on the bus; a retry publishes all of them again. */
  publish(events: readonly OutgoingEvent[]): Promise<void>;
}

/** EventBridge's limits of one PutEvents request: entries, and bytes of all of them with room for the fixed parts. */
const LIMITS = { items: 10, bytes: 240_000 };

export class EventBridgeBus implements EventBus {
  constructor(
    private readonly client: Pick<EventBridgeClient, "send">,
    private readonly busName: string,
    private readonly source: string,
  ) {}

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    for (const entries of this.requestsOf(events)) {
      const { Entries: results = [] } = await this.client.send(new PutEventsCommand({ Entries: entries }));
      const failed = results.filter((result) => result.ErrorCode);
      if (failed.length > 0 || results.length !== entries.length) {
        const why = failed.map(({ ErrorCode, ErrorMessage }) => `${ErrorCode}: ${ErrorMessage}`).join("; ");
        throw new RetryableFailure(
          `${failed.length} of ${entries.length} events were not put on ${this.busName} (${why || "no result"})`,
        );
      }
    }
  }

  private requestsOf(events: readonly OutgoingEvent[]): PutEventsRequestEntry[][] {
    const entries = events.map(({ detailType, detail }) => ({
      EventBusName: this.busName,
      Source: this.source,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }));
    return chunksOf(entries, ({ Detail }) => Buffer.byteLength(Detail), LIMITS);
  }
}
