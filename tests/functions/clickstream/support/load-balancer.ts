import type { ForLoadBalancer } from "../../../../functions/clickstream/adapters/for-load-balancer";
import type { Incoming } from "../../../../functions/clickstream/domain/request";
import { startBalancer } from "../../../../local/load-balancer";
import { balancer, listener } from "../../load-balancer/model";

/** The embedded cloud's load balancer with one listener, in front of a function that is called in this process. */
export async function loadBalancer(handle: (event: Incoming) => Promise<ForLoadBalancer>) {
  const { servers } = await startBalancer(balancer(listener()), {
    invoker: {
      invoke: async (_arn, payload) => ({
        ...{ kind: "ok", durationMs: 0, payload: JSON.stringify(await handle(JSON.parse(payload) as Incoming)) },
      }),
    },
    mayInvoke: async () => true,
    onProblem: () => {},
  });
  const [server] = servers.values();
  return { url: server!.url, close: () => server!.stop() };
}
