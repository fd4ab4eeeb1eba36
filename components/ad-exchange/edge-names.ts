import type { Names } from "../shared/names";

export type EdgeNames = ReturnType<typeof edgeNames>;

/**
 * Physical names of the edge of one exchange. Pure.
 * @param system the component's name, so that two instances never collide
 */
export function edgeNames(names: Names, system = "ad-exchange") {
  const api = names.of("api", system);
  const webAcl = names.of("webAcl", system);
  return {
    api,
    authorizer: names.of("authorizer", system),
    accessLogGroup: names.apiLogGroup(api),
    webAcl,
    /** WAF takes no log group that is called otherwise. */
    webAclLogGroup: names.webAclLogGroup(webAcl),
    knownAddresses: (version: string) => names.of("ipSet", `known-${version}-${system}`),
    webAclLogPolicy: names.of("logPolicy", `waf-${system}`),
    loggingRole: names.of("role", `logging-${system}`),
    usagePlan: (tier: string) => names.of("usagePlan", `${tier}-${system}`),
    apiKey: (tenant: string) => names.of("apiKey", `${tenant}-${system}`),
    /** CloudWatch namespace of what is counted in the access log. */
    logMetrics: `Sluice/AdExchange/${api}`,
  };
}
