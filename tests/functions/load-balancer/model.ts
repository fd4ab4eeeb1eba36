import type {
  Action,
  Condition,
  Listener,
  LoadBalancer,
  Received,
  Rule,
  TargetGroup,
} from "../../../local/load-balancer/model";

export const GROUP_ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/group/0123456789abcdef";
export const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:collector";

export const group = (over: Partial<TargetGroup> = {}): TargetGroup => ({
  ...{ arn: GROUP_ARN, name: "group", multiValueHeaders: true, functionArn: FUNCTION_ARN },
  ...over,
});

/** An action that can be told apart from others. */
export const saying = (body: string): Action => ({
  kind: "fixed-response",
  status: 200,
  contentType: "text/plain",
  body,
});

export const when = (field: Condition["field"], ...values: string[]): Condition => ({ field, values });

export const rule = (priority: number, action: Action, ...conditions: Condition[]): Rule => ({
  ...{ priority, action, conditions },
});

export const listener = (over: Partial<Listener> = {}): Listener => ({
  ...{ port: 443, protocol: "HTTPS", rules: [], responseHeaders: {} },
  defaultAction: { kind: "forward", group: group() },
  ...over,
});

export const balancer = (...listeners: Listener[]): LoadBalancer => ({
  ...{ name: "balancer", dnsName: "balancer.elb.amazonaws.com", dropInvalidHeaderFields: false, listeners },
  forwardedFor: { mode: "append", withPort: false },
});

export const request = (over: Partial<Received> = {}): Received => ({
  ...{ method: "GET", path: "/", query: "", headers: [["Host", "www.example.com"]], body: new Uint8Array() },
  client: { address: "203.0.113.7", port: 50_123 },
  ...over,
});
