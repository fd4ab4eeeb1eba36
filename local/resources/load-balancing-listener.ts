import {
  type Action,
  CreateListenerCommand,
  CreateRuleCommand,
  DeleteListenerCommand,
  DeleteRuleCommand,
  ModifyListenerAttributesCommand,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as aws from "@pulumi/aws";
import {
  conditionOf,
  type PlannedAction,
  plannedAction,
  RESPONSE_HEADERS,
  responseHeadersOf,
} from "../load-balancer/inputs";
import type { Condition } from "../load-balancer/model";
import { given, materialiser, needed, nothingElse, type Plain, tagList, type World } from "./materialiser";

function actionRequest(action: PlannedAction): Action {
  if (action.kind === "forward") return { Type: "forward", TargetGroupArn: action.groupArn };
  if (action.kind === "fixed-response") {
    const { status, contentType: ContentType, body: MessageBody } = action;
    return { Type: "fixed-response", FixedResponseConfig: { StatusCode: String(status), ContentType, MessageBody } };
  }
  const { status, protocol, host, port, path, query } = action;
  const StatusCode = `HTTP_${status}` as const;
  const RedirectConfig = { StatusCode, Protocol: protocol, Host: host, Port: port, Path: path, Query: query };
  return { Type: "redirect", RedirectConfig };
}

type ListenerInputs = Plain<aws.lb.ListenerArgs>;

/** An HTTPS listener stands as such in MiniStack; the server in its place on this machine speaks HTTP. */
async function createListener({ clients: { loadBalancing } }: World, inputs: ListenerInputs) {
  const { loadBalancerArn, port, protocol, sslPolicy, certificateArn, defaultActions, tags, ...more } = inputs;
  const rest = Object.fromEntries(Object.entries(more).filter(([name]) => !(name in RESPONSE_HEADERS)));
  nothingElse(rest);
  if (protocol !== "HTTP" && protocol !== "HTTPS") throw new Error(`protocol is ${protocol}; give HTTP or HTTPS.`);
  if (protocol === "HTTPS") needed(certificateArn, "certificateArn of an HTTPS listener");
  const request = given({
    LoadBalancerArn: needed(loadBalancerArn, "loadBalancerArn"),
    Port: needed(port, "port"),
    Protocol: protocol as "HTTP" | "HTTPS",
    SslPolicy: sslPolicy,
    Certificates: certificateArn ? [{ CertificateArn: certificateArn }] : undefined,
    DefaultActions: [actionRequest(plannedAction(defaultActions))],
    Tags: tags ? tagList(tags) : undefined,
  });
  const { Listeners } = await loadBalancing.send(new CreateListenerCommand(request));
  const ListenerArn = needed(Listeners?.[0]?.ListenerArn, "the listener's ARN");
  const Attributes = Object.entries(responseHeadersOf(inputs)).map(([header, Value]) => ({
    Key: `routing.http.response.${header.replaceAll("-", "_")}.header_value`,
    Value,
  }));
  if (Attributes.length > 0) await loadBalancing.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes }));
  return { id: ListenerArn, outputs: { arn: ListenerArn } };
}

export const listener = materialiser<aws.lb.ListenerArgs>({
  create: createListener,
  async delete({ clients }, { id }) {
    await clients.loadBalancing.send(new DeleteListenerCommand({ ListenerArn: id }));
  },
});

function conditionRequest({ field: Field, values }: Condition): RuleCondition {
  const Values = [...values];
  if (Field === "path-pattern") return { Field, PathPatternConfig: { Values } };
  if (Field === "host-header") return { Field, HostHeaderConfig: { Values } };
  return { Field, HttpRequestMethodConfig: { Values } };
}

export const listenerRule = materialiser<aws.lb.ListenerRuleArgs>({
  async create({ clients }, { listenerArn, priority, conditions, actions, tags, ...rest }) {
    nothingElse(rest);
    const request = given({
      ListenerArn: needed(listenerArn, "listenerArn"),
      Priority: needed(priority, "priority"),
      Conditions: needed(conditions, "conditions").map((condition) => conditionRequest(conditionOf(condition))),
      Actions: [actionRequest(plannedAction(actions))],
      Tags: tags ? tagList(tags) : undefined,
    });
    const { Rules } = await clients.loadBalancing.send(new CreateRuleCommand(request));
    const arn = needed(Rules?.[0]?.RuleArn, "the rule's ARN");
    return { id: arn, outputs: { arn } };
  },
  async delete({ clients }, { id }) {
    await clients.loadBalancing.send(new DeleteRuleCommand({ RuleArn: id }));
  },
});
