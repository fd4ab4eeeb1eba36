import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { type Policy, parsePolicy } from "../../functions/clickstream/domain/policy";
import type { Estate } from "../estate";
import type { StreamStatistics } from "../event-sources/streams/statistics";
import type { Places } from "./read-back";

/** Where the deployed clickstream keeps what. */
export const placesOf = ({ output }: Estate): Places => ({
  streamArn: output("clickstreamStreamArn"),
  eventsTable: output("clickstreamEventsTableName"),
  sessionsTable: output("clickstreamSessionsTableName"),
  linksTable: output("clickstreamLinksTableName"),
  quarantineTable: output("clickstreamQuarantineTableName"),
  failureBucket: output("clickstreamFailureBucketName"),
});

/** Where its load balancer answers on this machine. */
export const urlOf = ({ loadBalancers, output }: Estate): string =>
  loadBalancers.urlOf(output("clickstreamLoadBalancerDnsName"));

/** How it dates events and stores addresses. */
export async function policyOf({ clients, output }: Estate): Promise<Policy> {
  const Name = output("clickstreamPolicyParameter");
  const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  return parsePolicy(Parameter?.Value ?? "");
}

/** What its reader of the stream counted. */
export const streamOf = ({ sources, output }: Estate): StreamStatistics =>
  sources.stats.streams[output("clickstreamMappingId")]!;
