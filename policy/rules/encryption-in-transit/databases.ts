import { fsbp } from "../controls";
import type { Rule } from "../rule";
import { at, is, isSet, listOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const CACHE: Rule = {
  ...SAME,
  name: "elasticache-group-uses-tls",
  says: "A replication group takes connections over TLS only.",
  fix: 'Set transitEncryptionEnabled = true; transitEncryptionMode "preferred" only while clients move to TLS.',
  controls: fsbp("ElastiCache.5"),
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  broken: ({ props: { transitEncryptionEnabled: enabled, transitEncryptionMode: mode, globalReplicationGroupId } }) => [
    ...(is(enabled, true) || isSet(globalReplicationGroupId) ? [] : [`transitEncryptionEnabled is ${shown(enabled)}.`]),
    ...(mode === "preferred" ? ['transitEncryptionMode is "preferred", which also takes plain text.'] : []),
  ],
  passes: [
    { props: { transitEncryptionEnabled: true } },
    { props: { transitEncryptionEnabled: true, transitEncryptionMode: "required" } },
  ],
  fails: [
    { props: {} },
    { props: { transitEncryptionEnabled: false } },
    { props: { transitEncryptionEnabled: true, transitEncryptionMode: "preferred" } },
  ],
};

const DAX: Rule = {
  ...SAME,
  name: "dax-cluster-uses-tls",
  says: "A DAX cluster takes connections over TLS only.",
  fix: "Set clusterEndpointEncryptionType = TLS.",
  controls: fsbp("DynamoDB.7"),
  types: ["aws:dax/cluster:Cluster"],
  broken: ({ props: { clusterEndpointEncryptionType: type } }) =>
    is(type, "TLS") ? [] : [`clusterEndpointEncryptionType is ${shown(type)}.`],
  passes: [{ props: { clusterEndpointEncryptionType: "TLS" } }],
  fails: [{ props: {} }, { props: { clusterEndpointEncryptionType: "NONE" } }],
};

const ssl = (value: string) => [{ name: "require_ssl", value }];

const WORKGROUP = "aws:redshiftserverless/workgroup:Workgroup";

const PARAMETERS = "aws:redshift/parameterGroup:ParameterGroup";

const REDSHIFT: Rule = {
  ...SAME,
  name: "redshift-requires-tls",
  says: "A Redshift parameter group or workgroup refuses connections without TLS.",
  fix: "Give the parameter require_ssl the value true.",
  controls: fsbp("Redshift.2", "RedshiftServerless.2"),
  types: [PARAMETERS, WORKGROUP],
  broken: ({ type, props }) => {
    const path = type === WORKGROUP ? "configParameters" : "parameters";
    const list = props[path];
    if (list === UNKNOWN) return [];
    const key = type === WORKGROUP ? "parameterKey" : "name";
    const found = listOf(list).find((each) => each === UNKNOWN || is(at(each, key), "require_ssl"));
    const value = type === WORKGROUP ? at(found, "parameterValue") : at(found, "value");
    return found === UNKNOWN || is(value, "true", true) ? [] : [`require_ssl in ${path} is ${shown(value)}.`];
  },
  passes: [
    { type: PARAMETERS, props: { family: "redshift-1.0", parameters: ssl("true") } },
    { type: WORKGROUP, props: { configParameters: [{ parameterKey: "require_ssl", parameterValue: "true" }] } },
  ],
  fails: [
    { type: PARAMETERS, props: { family: "redshift-1.0", parameters: ssl("false") } },
    { type: PARAMETERS, props: { family: "redshift-1.0" } },
    { type: WORKGROUP, props: { configParameters: [{ parameterKey: "require_ssl", parameterValue: "false" }] } },
    { type: WORKGROUP, props: {} },
  ],
};

const OPENSEARCH: Rule = {
  ...SAME,
  name: "opensearch-domain-uses-tls",
  says: "An OpenSearch domain speaks TLS to clients and between its nodes.",
  fix: "Set domainEndpointOptions.enforceHttps and nodeToNodeEncryption.enabled = true.",
  controls: fsbp("Opensearch.3", "Opensearch.8"),
  types: ["aws:opensearch/domain:Domain"],
  broken: ({ props }) =>
    [
      ["domainEndpointOptions", "enforceHttps"],
      ["nodeToNodeEncryption", "enabled"],
    ]
      .filter((path) => !is(at(props, ...path), true))
      .map((path) => `${path.join(".")} is ${shown(at(props, ...path))}.`),
  passes: [{ props: { domainEndpointOptions: { enforceHttps: true }, nodeToNodeEncryption: { enabled: true } } }],
  fails: [{ props: {} }, { props: { domainEndpointOptions: { enforceHttps: true } } }],
};

export const DATABASES_IN_TRANSIT: readonly Rule[] = [CACHE, DAX, REDSHIFT, OPENSEARCH];
