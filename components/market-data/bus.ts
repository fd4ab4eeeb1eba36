import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policy, type Statement } from "../shared/access";
import type { Producer } from "./config";
import type { MarketDataNames } from "./names";

/** Types of events on the bus, and the sources of those that the system itself publishes. */
export const DETAIL_TYPES = {
  raw: "MarketData.Raw",
  validated: "MarketData.Validated",
  alert: "MarketData.Alert",
} as const;
export const OWN_SOURCES = {
  ingestion: "sluice.market-data.ingestion",
  processing: "sluice.market-data.processing",
} as const;

export interface MarketDataBus {
  readonly bus: aws.cloudwatch.EventBus;
  readonly archive: aws.cloudwatch.EventArchive;
}

/** The bus, and an archive of everything on it (EventBridge keeps replayed events out of it by itself). */
export function marketDataBus(
  name: string,
  args: { readonly names: MarketDataNames; readonly archiveDays: number },
  opts: pulumi.CustomResourceOptions,
): MarketDataBus {
  const bus = new aws.cloudwatch.EventBus(
    `${name}-bus`,
    { name: args.names.bus, description: "Market data: raw events, validated events, alert candidates" },
    opts,
  );
  const archive = new aws.cloudwatch.EventArchive(
    `${name}-archive`,
    {
      name: args.names.archive,
      description: `Every event of ${args.names.bus}, for replays`,
      eventSourceArn: bus.arn,
      retentionDays: args.archiveDays,
    },
    opts,
  );
  return { bus, archive };
}

/** Roles that publish derived events. */
export interface Publishers {
  readonly ingestion: aws.iam.Role;
  readonly processing: aws.iam.Role;
}

/**
 * Who may put what on the bus, whatever identities' own policies say. Producers from the configuration: raw events of
 * their own sources. Derived events: the stage that makes them, and nobody else.
 */
export function busPolicy(
  name: string,
  args: {
    readonly bus: aws.cloudwatch.EventBus;
    readonly producers: readonly Producer[];
    readonly publishers: Publishers;
  },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventBusPolicy {
  const { bus, producers, publishers } = args;
  const statements = [
    ...producers.flatMap((producer, index) => producerStatements(producer, index, bus)),
    onlyFrom("Validated", DETAIL_TYPES.validated, publishers.ingestion, bus),
    onlyFrom("Alerts", DETAIL_TYPES.alert, publishers.processing, bus),
  ];
  return new aws.cloudwatch.EventBusPolicy(name, { eventBusName: bus.name, policy: policy(statements) }, opts);
}

/**
 * The first statement lets an account or role in; the second keeps a role of this account, whose own policy could let it
 * do more, to the same. An account gets no Deny: another account needs the Allow anyway, and this one's roles would all
 * fall under it.
 */
function producerStatements(
  { principal, sources }: Producer,
  index: number,
  bus: aws.cloudwatch.EventBus,
): Statement[] {
  const isRole = principal.startsWith("arn:");
  const put = { Principal: { AWS: principal }, Action: "events:PutEvents", Resource: bus.arn } as const;
  const allow: Statement = {
    Sid: `Producer${index}`,
    Effect: "Allow",
    ...put,
    Condition: { StringEquals: { "events:detail-type": DETAIL_TYPES.raw }, StringLike: { "events:source": sources } },
  };
  if (!isRole) return [allow];
  const deny = { Effect: "Deny", ...put } as const;
  return [
    allow,
    {
      Sid: `Producer${index}OtherTypes`,
      ...deny,
      Condition: { StringNotEquals: { "events:detail-type": DETAIL_TYPES.raw } },
    },
    { Sid: `Producer${index}OtherSources`, ...deny, Condition: { StringNotLike: { "events:source": sources } } },
  ];
}

const onlyFrom = (what: string, detailType: string, role: aws.iam.Role, bus: aws.cloudwatch.EventBus): Statement => ({
  Sid: `${what}OnlyFromOwnStage`,
  Effect: "Deny",
  Principal: "*",
  Action: "events:PutEvents",
  Resource: bus.arn,
  Condition: {
    StringEquals: { "events:detail-type": detailType },
    ArnNotEquals: { "aws:PrincipalArn": role.arn },
    Null: { "aws:PrincipalArn": "false" }, // only what an identity asks for: a replay is EventBridge's own
  },
});
