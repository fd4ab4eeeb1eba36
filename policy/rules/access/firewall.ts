import { fsbp, securityHub, wellArchitected } from "../controls";
import { ofType, referring, refersTo } from "../links";
import type { Resource, Rule } from "../rule";
import { BALANCERS, DISTRIBUTION, REST_API, STAGE } from "../types";
import { at, is, isSet, manyOf } from "../values";
import { REGISTERED, unlessRegistered } from "./registered";
import { SAME } from "./same";

const ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation";

const isPrivateApi = (api: Resource | undefined): boolean =>
  manyOf(at(api?.props.endpointConfiguration, "types")).some((type) => is(type, "PRIVATE"));

/** Whether the public can reach what the resource opens; HTTP APIs are left out, for no web ACL can be put before them. */
function isPublic(resource: Resource, resources: readonly Resource[]): boolean {
  const { type, props } = resource;
  if (type === STAGE)
    return !isPrivateApi(ofType(resources, REST_API).find((api) => refersTo(resource, "restApi", api)));
  if (!BALANCERS.includes(type)) return !is(props.visibility, "PRIVATE");
  return !is(props.internal, true) && (props.loadBalancerType ?? "application") === "application";
}

const FIREWALL: Rule = {
  ...SAME,
  name: "waf-stands-before-what-is-public",
  says: "A web ACL stands before every public API stage, application load balancer, GraphQL API and distribution.",
  why: "Without one, a flood or a known attack reaches, and bills, everything behind.",
  fix: "Add a WebAclAssociation for its ARN (for CloudFront, webAclId), or make it private.",
  controls: [...fsbp("APIGateway.4", "CloudFront.6"), ...securityHub("ELB.16"), ...wellArchitected("SEC05-BP03")],
  types: [STAGE, ...BALANCERS, "aws:appsync/graphQLApi:GraphQLApi", DISTRIBUTION],
  ofStack: true,
  settings: REGISTERED,
  broken: unlessRegistered((resource, { resources }) => {
    const guarded =
      isSet(resource.props.webAclId) ||
      isSet(resource.props.webAclArn) ||
      referring(resources, ASSOCIATION, "resourceArn", resource).length > 0;
    return guarded || !isPublic(resource, resources) ? [] : ["it is public, and has no web ACL."];
  }),
  passes: [
    {
      type: STAGE,
      props: { arn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1", restApi: "a" },
      among: [{ type: ASSOCIATION, props: { resourceArn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1" } }],
    },
    {
      type: STAGE,
      props: { restApi: "a" },
      among: [{ type: REST_API, props: { id: "a", endpointConfiguration: { types: "PRIVATE" } } }],
    },
    ...BALANCERS.map((type) => ({ type, props: { internal: true } })),
    { type: BALANCERS[0]!, props: { loadBalancerType: "network" } },
    { type: DISTRIBUTION, props: { webAclId: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1" } },
  ],
  fails: [
    { type: STAGE, props: { arn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1", restApi: "a" } },
    {
      type: STAGE,
      props: { arn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1" },
      among: [{ type: ASSOCIATION, props: { resourceArn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v12" } }],
    },
    { type: BALANCERS[0]!, props: {} },
    { type: "aws:appsync/graphQLApi:GraphQLApi", props: {} },
    { type: DISTRIBUTION, props: {} },
  ],
};

export const FIREWALLS: readonly Rule[] = [FIREWALL];
