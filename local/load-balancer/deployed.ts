import type { DeployedResource } from "../deployed";
import { conditionOf, groupIn, plannedAction, responseHeadersOf } from "./inputs";
import type { Action, ForwardedFor, Listener, LoadBalancer, Rule, TargetGroup } from "./model";

type Resource = Pick<DeployedResource, "type" | "id" | "state">;
type Groups = ReadonlyMap<string, TargetGroup>;

const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter((resource) => resource.type === `aws:lb/${type}`);

/** The load balancers among the resources of a program, each with its listeners, rules and target groups. */
export function loadBalancersIn(resources: readonly Resource[]): LoadBalancer[] {
  const functions = new Map(
    ofType(resources, "targetGroupAttachment:TargetGroupAttachment").map(({ state }) => [
      String(state.targetGroupArn),
      String(state.targetId),
    ]),
  );
  const groups = new Map(
    ofType(resources, "targetGroup:TargetGroup").map(({ state }): [string, TargetGroup] => {
      const group = groupIn(state);
      const functionArn = functions.get(group.arn);
      return [group.arn, functionArn === undefined ? group : { ...group, functionArn }];
    }),
  );
  return ofType(resources, "loadBalancer:LoadBalancer").map(({ id, state }) => ({
    name: String(state.name),
    dnsName: String(state.dnsName),
    dropInvalidHeaderFields: state.dropInvalidHeaderFields === true,
    forwardedFor: {
      mode: (state.xffHeaderProcessingMode ?? "append") as ForwardedFor["mode"],
      withPort: state.enableXffClientPort === true,
    },
    listeners: ofType(resources, "listener:Listener")
      .filter((listener) => listener.state.loadBalancerArn === id)
      .map((listener) => listenerOf(listener, resources, groups)),
  }));
}

function listenerOf({ id, state }: Resource, resources: readonly Resource[], groups: Groups): Listener {
  const rules = ofType(resources, "listenerRule:ListenerRule").filter((rule) => rule.state.listenerArn === id);
  return {
    port: Number(state.port),
    protocol: state.protocol as Listener["protocol"],
    defaultAction: resolved(plannedAction(state.defaultActions as never), groups),
    rules: rules.map(
      ({ state: rule }): Rule => ({
        priority: Number(rule.priority),
        conditions: (rule.conditions as Parameters<typeof conditionOf>[0][]).map(conditionOf),
        action: resolved(plannedAction(rule.actions as never), groups),
      }),
    ),
    responseHeaders: responseHeadersOf(state),
  };
}

function resolved(action: ReturnType<typeof plannedAction>, groups: Groups): Action {
  if (action.kind !== "forward") return action;
  const group = groups.get(action.groupArn);
  if (group === undefined) throw new Error(`${action.groupArn} is no target group of this program.`);
  return { kind: "forward", group };
}
