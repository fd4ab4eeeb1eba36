import { cis, fsbp, securityHub } from "../controls";
import { referring } from "../links";
import type { Rule } from "../rule";
import { VPC } from "../types";
import { SAME } from "./same";

const FLOW_LOG = "aws:ec2/flowLog:FlowLog";

const FLOWS: Rule = {
  ...SAME,
  name: "ec2-vpc-has-flow-logs",
  says: "A network's flows are logged.",
  why: "Who talked to whom is the first question after an intrusion.",
  fix: "Add a FlowLog for the network.",
  level: "advisory",
  controls: [...fsbp("EC2.6"), ...cis("4.7")],
  types: [VPC],
  ofStack: true,
  broken: (vpc, { resources }) =>
    referring(resources, FLOW_LOG, "vpcId", vpc).length > 0 ? [] : ["it has no FlowLog."],
  passes: [{ props: { id: "vpc-1" }, among: [{ type: FLOW_LOG, props: { vpcId: "vpc-1" } }] }],
  fails: [
    { props: { id: "vpc-1" } },
    { props: { id: "vpc-1" }, among: [{ type: FLOW_LOG, props: { vpcId: "vpc-2" } }] },
  ],
};

const ACL = "aws:wafv2/webAcl:WebAcl";

const ACL_LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";

const ACL_LOGS: Rule = {
  ...SAME,
  name: "waf-acl-writes-logs",
  says: "A web ACL writes down what it counts and blocks.",
  why: "A block that hits customers is found in the logs or not at all.",
  fix: "Add a WebAclLoggingConfiguration for its ARN.",
  level: "advisory",
  controls: securityHub("WAF.11"),
  types: [ACL],
  ofStack: true,
  broken: (acl, { resources }) =>
    referring(resources, ACL_LOGGING, "resourceArn", acl).length > 0 ? [] : ["it has no WebAclLoggingConfiguration."],
  passes: [
    {
      props: { arn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" },
      among: [{ type: ACL_LOGGING, props: { resourceArn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" } }],
    },
  ],
  fails: [{ props: { arn: "arn:aws:wafv2:us-east-1:1:regional/webacl/w/1" } }],
};

export const NETWORK: readonly Rule[] = [FLOWS, ACL_LOGS];
