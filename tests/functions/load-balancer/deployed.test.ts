import assert from "node:assert/strict";
import { loadBalancersIn } from "../../../local/load-balancer/deployed";
import { saying } from "./model";

const resource = (type: string, id: string, state: object) => ({
  type: `aws:lb/${type}`,
  id,
  state: { ...state, arn: id },
});
const says = (body: string) => ({
  type: "fixed-response",
  fixedResponse: { statusCode: "200", contentType: "text/plain", messageBody: body },
});
const front = (name: string, more: object = {}) =>
  resource("loadBalancer:LoadBalancer", `arn-${name}`, { name, dnsName: `${name}.elb`, ...more });
const listener = (name: string, balancer: string, action: object) =>
  resource("listener:Listener", name, {
    ...{ loadBalancerArn: `arn-${balancer}`, port: 80, protocol: "HTTP", defaultActions: [action] },
  });
const rule = (listenerArn: string, priority: number, condition: object) =>
  resource("listenerRule:ListenerRule", `${listenerArn}-${priority}`, {
    ...{ listenerArn, priority, conditions: [condition], actions: [says(String(priority))] },
  });
const group = (arn: string, more: object = {}) => resource("targetGroup:TargetGroup", arn, { name: arn, ...more });

describe("The load balancers of a program", () => {
  it("have their own listeners, and these their own rules", () => {
    const found = loadBalancersIn([
      ...[front("a"), front("b"), listener("a80", "a", says("a")), listener("b80", "b", says("b"))],
      ...[rule("b80", 2, { pathPattern: { values: ["/b"] } }), rule("a80", 1, { hostHeader: { values: ["a.com"] } })],
      { type: "aws:sqs/queue:Queue", id: "q", state: { name: "q" } },
    ]);
    const read = found.map(({ name, listeners }) => [
      name,
      listeners.map(({ defaultAction, rules }) => [defaultAction, rules.map(({ conditions }) => conditions[0])]),
    ]);
    assert.deepEqual(read, [
      ["a", [[saying("a"), [{ field: "host-header", values: ["a.com"] }]]]],
      ["b", [[saying("b"), [{ field: "path-pattern", values: ["/b"] }]]]],
    ]);
  });

  it("forward to a target group with what is registered there, and with health checks where they are on", () => {
    const forward = { type: "forward", targetGroupArn: "g" };
    const attached = { targetGroupArn: "g", targetId: "fn" };
    const targetOf = (more: object, ...others: ReturnType<typeof resource>[]) => {
      const [one] = loadBalancersIn([
        front("a"),
        listener("a80", "a", forward),
        group("g", more),
        group("h"),
        ...others,
      ]);
      const action = one?.listeners[0]?.defaultAction;
      return action?.kind === "forward" ? action.group : undefined;
    };
    const bare = { arn: "g", name: "g", multiValueHeaders: false };
    assert.deepEqual(targetOf({}), bare);
    const registered = resource("targetGroupAttachment:TargetGroupAttachment", "r", attached);
    assert.deepEqual(targetOf({ healthCheck: { enabled: false } }, registered), { ...bare, functionArn: "fn" });
    const checked = targetOf({ lambdaMultiValueHeadersEnabled: true, healthCheck: { interval: 35 } });
    assert.deepEqual(checked, {
      ...{ ...bare, multiValueHeaders: true },
      healthCheck: {
        ...{ path: "/", matcher: "200", intervalSeconds: 35, timeoutSeconds: 30 },
        ...{ healthyThreshold: 3, unhealthyThreshold: 3 },
      },
    });
  });

  it("treat forwarded addresses and header names as they are told to, or as AWS does by default", () => {
    const settings = { dropInvalidHeaderFields: true, xffHeaderProcessingMode: "remove", enableXffClientPort: true };
    const read = loadBalancersIn([front("a"), front("b", settings)]).map((one) => [
      one.dropInvalidHeaderFields,
      one.forwardedFor,
    ]);
    assert.deepEqual(read, [
      [false, { mode: "append", withPort: false }],
      [true, { mode: "remove", withPort: true }],
    ]);
  });

  it("are refused with a target group that the program does not make", () => {
    const forward = { type: "forward", targetGroupArn: "elsewhere" };
    assert.throws(
      () => loadBalancersIn([front("a"), listener("l", "a", forward)]),
      /elsewhere is no target group of this/,
    );
  });
});
