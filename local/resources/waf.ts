import {
  AssociateWebACLCommand,
  CreateIPSetCommand,
  type CreateIPSetCommandInput,
  CreateWebACLCommand,
  type CreateWebACLCommandInput,
  DeleteIPSetCommand,
  DeleteWebACLCommand,
  DisassociateWebACLCommand,
  GetIPSetCommand,
  GetWebACLCommand,
} from "@aws-sdk/client-wafv2";
import type * as aws from "@pulumi/aws";
import { given, type Materialisers, materialiser, nameFor, needed, nothingElse, tagList } from "./materialiser";

/** Words that the API spells otherwise than the provider. */
const SPELT: Readonly<Record<string, string>> = {
  cloudwatchMetricsEnabled: "CloudWatchMetricsEnabled",
  arn: "ARN",
  ipSetReferenceStatement: "IPSetReferenceStatement",
};

/** The API's form of rules: names with a capital letter. What the provider calls in the plural stays so. */
function capital(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capital);
  if (typeof value !== "object" || value === null) return value;
  const named = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    named.map(([key, each]) => [SPELT[key] ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`, capital(each)]),
  );
}

/** Stands as the program says, and lets everything through: no rule is evaluated. */
const webAcl = materialiser<aws.wafv2.WebAclArgs>({
  async create({ clients }, inputs, logicalName) {
    const { name, description, scope, defaultAction, visibilityConfig, rules, tags, ...more } = inputs;
    const { associationConfig: _association, dataProtectionConfig: _protection, ...rest } = more;
    nothingElse(rest);
    if (scope !== "REGIONAL") throw new Error(`scope is ${scope}; give REGIONAL.`);
    const request = given({
      ...{ Name: nameFor(name, logicalName), Description: description, Scope: scope },
      ...{ DefaultAction: capital(defaultAction), VisibilityConfig: capital(visibilityConfig), Rules: capital(rules) },
      Tags: tags ? tagList(tags) : undefined,
    }) as CreateWebACLCommandInput;
    const { Summary } = await clients.waf.send(new CreateWebACLCommand(request));
    const id = needed(Summary?.Id, "the web ACL's id");
    return { id, outputs: { name: request.Name, arn: Summary?.ARN, capacity: 0 } };
  },
  async delete({ clients }, { id: Id, outputs }) {
    const request = { Id, Name: String(outputs.name), Scope: "REGIONAL" as const };
    const { LockToken } = await clients.waf.send(new GetWebACLCommand(request));
    await clients.waf.send(new DeleteWebACLCommand({ ...request, LockToken }));
  },
});

const ipSet = materialiser<aws.wafv2.IpSetArgs>({
  async create({ clients }, inputs, logicalName) {
    const { name, description, scope, ipAddressVersion, addresses, tags, ...rest } = inputs;
    nothingElse(rest);
    if (scope !== "REGIONAL") throw new Error(`scope is ${scope}; give REGIONAL.`);
    const request = given({
      ...{ Name: nameFor(name, logicalName), Description: description, Scope: scope },
      ...{ IPAddressVersion: ipAddressVersion, Addresses: addresses },
      Tags: tags ? tagList(tags) : undefined,
    }) as CreateIPSetCommandInput;
    const { Summary } = await clients.waf.send(new CreateIPSetCommand(request));
    return { id: needed(Summary?.Id, "the IP set's id"), outputs: { name: request.Name, arn: Summary?.ARN } };
  },
  async delete({ clients }, { id: Id, outputs }) {
    const request = { Id, Name: String(outputs.name), Scope: "REGIONAL" as const };
    const { LockToken } = await clients.waf.send(new GetIPSetCommand(request));
    await clients.waf.send(new DeleteIPSetCommand({ ...request, LockToken }));
  },
});

const association = materialiser<aws.wafv2.WebAclAssociationArgs>({
  async create({ clients }, { resourceArn, webAclArn, ...rest }) {
    nothingElse(rest);
    const [ResourceArn, WebACLArn] = [needed(resourceArn, "resourceArn"), needed(webAclArn, "webAclArn")];
    await clients.waf.send(new AssociateWebACLCommand({ ResourceArn, WebACLArn }));
    return { id: `${webAclArn},${resourceArn}`, outputs: {} };
  },
  async delete({ clients }, _made, { resourceArn: ResourceArn }) {
    await clients.waf.send(new DisassociateWebACLCommand({ ResourceArn }));
  },
});

export const waf: Materialisers = {
  "aws:wafv2/webAcl:WebAcl": webAcl,
  "aws:wafv2/ipSet:IpSet": ipSet,
  "aws:wafv2/webAclAssociation:WebAclAssociation": association,
};
