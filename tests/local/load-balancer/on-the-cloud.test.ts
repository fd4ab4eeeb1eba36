import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  type DescribeTargetGroupAttributesCommandOutput,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { RemovePermissionCommand } from "@aws-sdk/client-lambda";
import * as aws from "@pulumi/aws";
import { deploy } from "../../../local/deploy";
import { type Estate, openEstate, ROOT } from "../../../local/estate";
import { Faults } from "../../../local/event-sources/faults";
import { leftovers } from "../../../local/leftovers";
import type { LambdaEvent } from "../../../local/load-balancer/lambda-event";
import { echo, program } from "./program";

describe("A load balancer on the embedded cloud", function () {
  this.timeout(120_000);
  let estate: Estate;
  let checks = 0;
  const problems: string[] = [];
  let isIll = false;
  const pathOf = (event: unknown) => (event as { readonly path: string }).path;
  const faults = new Faults([
    { kind: "throttle", times: 1, where: (event) => pathOf(event) === "/v1/throttled" },
    { kind: "crash", when: "before", where: (event) => isIll && pathOf(event) === "/health" },
  ]);

  before(async () => {
    const onLog = (line: string) => {
      if (line.includes("asked for health")) checks += 1;
    };
    estate = await openEstate({
      ...{ name: "test-load-balancer", program, sources: { timeScale: 1 / 600, faults, onLog } },
      loadBalancers: { policyMilliseconds: 0, onProblem: (message) => problems.push(message) },
    });
  });
  after(() => estate.stop());

  const url = (path: string) => `${estate.loadBalancers.urlOf("front")}${path}`;
  const attributes = ({ Attributes }: Pick<DescribeTargetGroupAttributesCommandOutput, "Attributes">) =>
    Object.fromEntries((Attributes ?? []).map(({ Key, Value }) => [Key, Value]));

  it("stands in the cloud as the program says", async () => {
    const { loadBalancing } = estate.clients;
    const [LoadBalancerArn, TargetGroupArn] = [estate.output("balancer"), estate.output("group")];
    const ListenerArn = estate.output("https");
    const [balancers, settings, groups, ofGroup, targets, listeners, rules, tags] = await Promise.all([
      loadBalancing.send(new DescribeLoadBalancersCommand({ Names: ["front"] })),
      loadBalancing.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
      loadBalancing.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })),
      loadBalancing.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })),
      loadBalancing.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
      loadBalancing.send(new DescribeListenersCommand({ LoadBalancerArn })),
      loadBalancing.send(new DescribeRulesCommand({ ListenerArn })),
      loadBalancing.send(new DescribeTagsCommand({ ResourceArns: [LoadBalancerArn, TargetGroupArn] })),
    ]);
    const { Scheme, Type, SecurityGroups, DNSName } = balancers.LoadBalancers?.[0] ?? {};
    assert.deepEqual([Scheme, Type, SecurityGroups], ["internal", "application", ["sg-1"]]);
    assert.equal(DNSName, estate.output("dnsName"));
    const { "idle_timeout.timeout_seconds": idle, "routing.http.drop_invalid_header_fields.enabled": drop } =
      attributes(settings);
    assert.deepEqual([idle, drop], ["30", "true"]);
    const { TargetType, HealthCheckPath, HealthCheckIntervalSeconds, Matcher } = groups.TargetGroups?.[0] ?? {};
    assert.deepEqual(
      [TargetType, HealthCheckPath, HealthCheckIntervalSeconds, Matcher?.HttpCode],
      ["lambda", "/health", 60, "200-299"],
    );
    assert.equal(attributes(ofGroup)["lambda.multi_value_headers.enabled"], "true");
    assert.match(targets.TargetHealthDescriptions?.[0]?.Target?.Id ?? "", /:function:echo$/);
    assert.deepEqual(listeners.Listeners?.map(({ Port, Protocol }) => `${Protocol} ${Port}`).sort(), [
      "HTTP 80",
      "HTTPS 443",
    ]);
    assert.deepEqual(rules.Rules?.map(({ Priority }) => Priority).sort(), ["10", "20", "30", "default"]);
    const methods = rules.Rules?.find(({ Priority }) => Priority === "10")?.Conditions?.map(({ Field }) => Field);
    assert.deepEqual(methods, ["path-pattern", "http-request-method"]);
    assert.deepEqual(
      tags.TagDescriptions?.map(({ Tags }) => Tags?.[0]?.Value),
      ["tests", "tests"],
    );
  });

  it("hands a request to its function as AWS documents it", async () => {
    const response = await fetch(url("/v1/track?a=1&a=%20&b"), {
      ...{ method: "POST", body: '{"é":1}' },
      headers: { "content-type": "application/json", "x-forwarded-for": "198.51.100.1", x_underscore: "1" },
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("strict-transport-security"), "max-age=31536000");
    const { multiValueHeaders: headers = {}, ...event } = (await response.json()) as LambdaEvent;
    assert.deepEqual(event, {
      requestContext: { elb: { targetGroupArn: estate.output("group") } },
      ...{ httpMethod: "POST", path: "/v1/track", body: '{"é":1}', isBase64Encoded: false },
      multiValueQueryStringParameters: { a: ["1", "%20"], b: [""] },
    });
    const named = ["x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x_underscore"];
    assert.deepEqual(
      named.map((name) => headers[name]),
      [["198.51.100.1, 127.0.0.1"], ["443"], ["https"], undefined],
    );
    assert.match(headers["x-amzn-trace-id"]?.[0] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it("follows its rules by priority, method and host, and else its default", async () => {
    const byHost = new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(url("/elsewhere"), { headers: { host: "www.example.com" } }, ({ statusCode }) =>
        resolve(statusCode),
      );
      sent.on("error", reject).end();
    });
    const statuses = [
      (await fetch(url("/v1/empty"))).status, // a target group without targets
      (await fetch(url("/v1/empty"), { method: "PUT" })).status,
      await byHost,
      (await fetch(url("/elsewhere"))).status,
    ];
    assert.deepEqual(statuses, [503, 200, 200, 404]);
    assert.deepEqual(await (await fetch(url("/elsewhere"))).json(), { error: "not_found" });
  });

  it("redirects from the one listener to the other", async () => {
    const http = estate.loadBalancers.urlOf(estate.output("dnsName"), 80);
    const { status, headers } = await fetch(`${http}/v1/a?b=c`, { redirect: "manual" });
    assert.deepEqual([status, headers.get("location")], [301, "https://127.0.0.1:443/v1/a?b=c"]);
    assert.throws(() => estate.loadBalancers.urlOf("back"), /there is no load balancer back; there are: front/);
    assert.throws(() => estate.loadBalancers.urlOf("front", 8080), /front has no listener 8080; its ports are: 80,443/);
  });

  it("answers for a function that fails, sleeps, says nonsense or is throttled, and tells why", async () => {
    problems.length = 0;
    const paths = ["/throw", "/sleep", "/wrong", "/v1/throttled"];
    const statuses = [];
    for (const path of paths) statuses.push((await fetch(url(path))).status);
    assert.deepEqual(statuses, [502, 502, 502, 502]);
    const reasons = problems.map((problem) => problem.split(":")[1]?.trim());
    assert.deepEqual(reasons, ["LambdaUnhandled", "LambdaUnhandled", "LambdaInvalidResponse", "LambdaThrottling"]);
    assert.match(problems[1] ?? "", /Task timed out after 1.00 seconds/);
    const { reasons: counted } = estate.loadBalancers.stats.front!;
    assert.deepEqual(counted, { LambdaUnhandled: 2, LambdaInvalidResponse: 1, LambdaThrottling: 1 });
    assert.equal((await fetch(url("/v1/throttled"))).status, 200);
  });

  it("asks for health until a function is unhealthy, and hands it requests all the same", async () => {
    assert.equal(estate.loadBalancers.health.empty, "unavailable");
    const become = async (status: string) => {
      for (let tries = 0; tries < 200 && estate.loadBalancers.health.group !== status; tries++)
        await new Promise((resolve) => setTimeout(resolve, 25));
      assert.equal(estate.loadBalancers.health.group, status);
    };
    await become("healthy");
    assert.equal(checks > 0, true);
    isIll = true;
    await become("unhealthy");
    assert.equal((await fetch(url("/v1/track"))).status, 200);
  });

  it("may not invoke a function that no longer lets it", async () => {
    problems.length = 0;
    const FunctionName = estate.output("function");
    await estate.clients.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: "group" }));
    assert.equal((await fetch(url("/v1/track"))).status, 502);
    assert.match(
      problems[0] ?? "",
      /^front: LambdaAccessDenied: .*:function:echo: its policy does not let .*targetgroup\/group\//,
    );
  });

  it("is refused with what would not stand on AWS, or not be imitated", async () => {
    const vague = { conditions: [{ pathPattern: { values: ["/"] }, httpRequestMethod: { values: ["GET"] } }] };
    const actions = [{ type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "200" } }];
    const lb = { subnets: ["subnet-a"] };
    const at = { loadBalancerArn: estate.output("balancer"), port: 8080, protocol: "HTTP" };
    const defaultActions = [{ type: "forward", targetGroupArn: estate.output("group") }];
    const refused: readonly (readonly [program: () => unknown, says: RegExp])[] = [
      [() => new aws.lb.LoadBalancer("b", { ...lb, loadBalancerType: "network" }), /is network; only application is/],
      [() => new aws.lb.LoadBalancer("b", { ...lb, enableDeletionProtection: true }), /a stack must be destroyable/],
      [() => new aws.lb.LoadBalancer("b", { ...lb, name: "b".repeat(33) }), /give one of 32 characters or fewer/],
      [() => new aws.lb.TargetGroup("g", { targetType: "ip" }), /targetType is ip; only lambda is imitated/],
      [
        () => new aws.lb.TargetGroup("g", { targetType: "lambda", healthCheck: { timeout: 30 } }),
        /interval is 30 s, the timeout 30 s; give an interval that is longer/,
      ],
      [
        () => new aws.lb.Listener("l", { ...at, defaultActions: [{ type: "authenticate-oidc" }] }),
        /is authenticate-oidc/,
      ],
      [() => new aws.lb.Listener("l", { ...at, protocol: "HTTPS", defaultActions }), /certificateArn of an HTTPS/],
      [
        () => new aws.lb.ListenerRule("r", { listenerArn: estate.output("https"), priority: 1, actions, ...vague }),
        /a condition has 2 kinds; give one/,
      ],
      [
        () => {
          const fn = echo("closed");
          const { arn: targetGroupArn } = new aws.lb.TargetGroup("g", { targetType: "lambda" });
          new aws.lb.TargetGroupAttachment("a", { targetGroupArn, targetId: fn.arn });
        },
        /a \(.*\): .*:function:closed does not let elasticloadbalancing.amazonaws.com invoke it; make its Permission/,
      ],
    ];
    const deploying = (run: () => unknown) =>
      deploy(estate.cloud, { root: ROOT, stack: "local", program: async () => ({ made: run() && true }) });
    for (const [run, says] of refused) await assert.rejects(deploying(run), says);
  });

  it("leaves nothing", async () => {
    await estate.deployment.destroy();
    assert.deepEqual(await leftovers(estate.cloud), []);
    const LoadBalancerArn = estate.output("balancer");
    const { Listeners } = await estate.clients.loadBalancing.send(new DescribeListenersCommand({ LoadBalancerArn }));
    assert.deepEqual(Listeners ?? [], []);
  });
});
