import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { BY_TYPE, BY_USER, BY_VISITOR } from "../../functions/clickstream/adapters/tables";
import type { Capacity } from "../shared/capacity";
import { keyedTable, type TableArgs } from "../shared/stateful";
import type { ClickstreamNames, TableNoun } from "./names";

export type ClickstreamTables = Readonly<Record<TableNoun, aws.dynamodb.Table>>;

const text = (name: string) => ({ name, type: "S" }) as const;

const SHAPES: Readonly<Record<TableNoun, Omit<TableArgs, "name" | "capacity">>> = {
  events: {
    partitionKey: text("visitor"),
    sortKey: text("at"),
    globalIndex: { name: BY_TYPE, partitionKey: text("typeShard"), sortKey: text("at") },
    streamed: true,
    type: "Events",
  },
  sessions: { partitionKey: text("visitor"), sortKey: text("startedAt"), type: "Sessions" },
  ids: { partitionKey: text("messageId"), expiresAt: "expiresAt", type: "Ids" },
  links: {
    partitionKey: text("anonymousId"),
    globalIndex: { name: BY_USER, partitionKey: text("userId"), sortKey: text("anonymousId") },
    type: "Links",
  },
  quarantine: {
    partitionKey: text("eventId"),
    globalIndex: { name: BY_VISITOR, partitionKey: text("visitor"), sortKey: text("eventId"), keysOnly: true },
    type: "Quarantine",
  },
};

/** Events, the sessions they make, message ids that are taken, who is who, and what could not be read. */
export function clickstreamTables(
  name: string,
  { names, capacity }: { readonly names: ClickstreamNames; readonly capacity: Capacity },
  opts: pulumi.CustomResourceOptions,
): ClickstreamTables {
  const table = (noun: TableNoun) =>
    keyedTable(`${name}-${noun}-table`, { ...SHAPES[noun], name: names.tables[noun], capacity }, opts);
  return {
    events: table("events"),
    sessions: table("sessions"),
    ids: table("ids"),
    links: table("links"),
    quarantine: table("quarantine"),
  };
}
