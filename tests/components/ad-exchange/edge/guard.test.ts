import assert from "node:assert/strict";
import fc from "fast-check";
import { edgeLogsEncrypt } from "../../../../components/ad-exchange/access-logs";
import type { GuardSettings } from "../../../../components/ad-exchange/edge-config";
import { guard } from "../../../../components/ad-exchange/guard";
import { guardRules, numberAbove } from "../../../../components/ad-exchange/guard-rules";
import { WAF_WINDOWS, wafLimit } from "../../../../components/ad-exchange/waf-limit";
import { policy } from "../../../../components/shared/access";
import { statementsOf } from "../../../support/iam";
import { type RecordedProgram, recordResources } from "../../../support/recorded-program";
import { ACCOUNT, NAMES, REGION, SETTINGS, sampleEdge } from "./sample";

const recordGuard = (settings: Partial<GuardSettings> = {}) =>
  recordResources(() =>
    guard(
      "x",
      {
        names: NAMES,
        settings: { ...SETTINGS.guard, ...settings },
        stage: sampleEdge().stage,
        account: ACCOUNT,
        region: REGION,
        logRetentionDays: 7,
      },
      {},
    ),
  );

type Json = Readonly<Record<string, unknown>>;
interface RecordedRule {
  readonly name: string;
  readonly priority: number;
  readonly action?: Json;
  readonly overrideAction?: Json;
  readonly statement: Readonly<Record<string, Json>>;
  readonly visibilityConfig: Json;
}
const rulesOf = (program: RecordedProgram) => program.named("x-web-acl").inputs.rules as readonly RecordedRule[];
const blocks = (responseCode: number, headers?: readonly Json[]) => ({
  block: { customResponse: { responseCode, ...(headers && { responseHeaders: headers }) } },
});

describe("A limit of WAF", () => {
  it("is requests a second times the window", () => {
    assert.equal(wafLimit(100, 60), 6_000);
    assert.equal(wafLimit(100, 300), 30_000);
    assert.equal(wafLimit(0.5, 60), 30);
    assert.equal(wafLimit(1.1, 60), 66); // 66.00000000000001 in floating point
  });

  for (const [rate, window, says] of [
    [100, 61, "a window of 61 s; give 60, 120, 300, 600."],
    [0.1, 60, "0.1 requests a second are 6 in 60 s; give a rate that makes a whole number from 10 to 2000000000."],
    [1.23, 60, "1.23 requests a second are 73.8 in 60 s; give a rate that makes a whole number from 10 to 2000000000."],
    [
      4e6,
      600,
      "4000000 requests a second are 2400000000 in 600 s; give a rate that makes a whole number from 10 to 2000000000.",
    ],
    [
      Number.NaN,
      60,
      "NaN requests a second are NaN in 60 s; give a rate that makes a whole number from 10 to 2000000000.",
    ],
    [-10, 60, "-10 requests a second are -600 in 60 s; give a rate that makes a whole number from 10 to 2000000000."],
  ] as const)
    it(`is refused for ${rate} a second in ${window} s`, () => {
      assert.throws(() => wafLimit(rate, window), { name: "RangeError", message: says });
    });

  it("says the same rate in every window that can say it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000_000 }), (rate) => {
        for (const window of WAF_WINDOWS) assert.equal(wafLimit(rate, window) / window, rate);
      }),
    );
  });
});

describe("The expression of numbers above a bound", () => {
  it("matches exactly them, however they are written", () => {
    const bound = fc.oneof(fc.integer({ min: 1, max: 5_242_880 }), fc.constantFrom(9, 99, 262_144, 989, 999_999));
    const near = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(bound, fc.oneof(near, fc.integer({ min: 0, max: 99_999_999 })), fc.nat(3), (most, step, zeros) => {
        const number = Math.max(0, most + step);
        const text = "0".repeat(zeros) + String(number);
        assert.equal(new RegExp(numberAbove(most)).test(text), number > most, `${text} above ${most}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it("fits into a rule of WAF, of 512 characters", () => {
    for (let kib = 1; kib <= 5_120; kib += 1) assert.equal(numberAbove(kib * 1_024).length <= 512, true, String(kib));
  });

  for (const text of ["", "-1", "1e9", "9999999x", " 9999999", "0x7fffffff"])
    it(`matches no ${JSON.stringify(text)}, which the gateway refuses`, () => {
      assert.equal(new RegExp(numberAbove(262_144)).test(text), false);
    });
});

describe("The firewall", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordGuard();
  });

  it("stands before the stage, and lets through what no rule refuses", () => {
    const { inputs } = program.named("x-web-acl-association");
    assert.equal(inputs.resourceArn, program.named("x-stage").state.arn);
    assert.equal(inputs.webAclArn, program.named("x-web-acl").state.arn);
    assert.deepEqual(program.named("x-web-acl").inputs.defaultAction, { allow: {} });
    assert.equal(program.named("x-web-acl").inputs.scope, "REGIONAL");
  });

  it("asks its rules in this order, each with a metric of its own", () => {
    const rules = rulesOf(program);
    assert.deepEqual(
      rules.map(({ name, priority }) => [priority, name]),
      [
        [0, "body-too-large"],
        [1, "body-of-unknown-length"],
        [2, "AmazonIpReputationList"],
        [3, "KnownBadInputsRuleSet"],
        [4, "CommonRuleSet"],
        [5, "per-caller"],
        [6, "per-address"],
      ],
    );
    assert.equal(new Set(rules.map(({ visibilityConfig }) => visibilityConfig.metricName)).size, rules.length);
    for (const { visibilityConfig } of rules) {
      assert.equal(visibilityConfig.cloudwatchMetricsEnabled, true);
      assert.match(String(visibilityConfig.metricName), /^[\w-]{1,128}$/);
    }
  });

  it("answers what it refuses with the status that says why", () => {
    const [large, unknown, , , , caller, address] = rulesOf(program);
    const later = [{ name: "Retry-After", value: "60" }];
    assert.deepEqual(large?.action, blocks(413));
    assert.deepEqual(unknown?.action, blocks(411));
    assert.deepEqual(caller?.action, blocks(429, later));
    assert.deepEqual(address?.action, blocks(429, later));
  });

  it("reads a body's size from its header, and refuses long ones that state none", () => {
    const [large, unknown] = rulesOf(program);
    const { regexMatchStatement } = large!.statement;
    assert.deepEqual(regexMatchStatement?.fieldToMatch, { singleHeader: { name: "content-length" } });
    assert.equal(regexMatchStatement?.regexString, numberAbove(262_144));
    const both = unknown?.statement.andStatement?.statements as readonly Readonly<Record<string, Json>>[] | undefined;
    const [size, not] = both ?? [];
    assert.deepEqual(size?.sizeConstraintStatement?.fieldToMatch, { body: { oversizeHandling: "MATCH" } });
    assert.deepEqual(
      [size?.sizeConstraintStatement?.comparisonOperator, size?.sizeConstraintStatement?.size],
      ["GT", 65_536],
    );
    const stated = not?.notStatement?.statement as Readonly<Record<string, Json>> | undefined;
    assert.equal(stated?.regexMatchStatement?.regexString, "^[0-9]{1,15}$");
    assert.deepEqual(program.named("x-web-acl").inputs.associationConfig, {
      requestBodies: [{ apiGateway: { defaultSizeInspectionLimit: "KB_64" } }],
    });
  });

  it("takes AWS's rules, but for those that take bids for attacks", () => {
    const groups = rulesOf(program).slice(2, 5);
    const named = groups.map(({ statement: { managedRuleGroupStatement: of } }) => [of?.vendorName, of?.name]);
    assert.deepEqual(named, [
      ["AWS", "AWSManagedRulesAmazonIpReputationList"],
      ["AWS", "AWSManagedRulesKnownBadInputsRuleSet"],
      ["AWS", "AWSManagedRulesCommonRuleSet"],
    ]);
    for (const { overrideAction, action } of groups)
      assert.deepEqual([overrideAction, action], [{ none: {} }, undefined]);
    const overrides = groups.map(({ statement }) => statement.managedRuleGroupStatement?.ruleActionOverrides);
    const counted = [
      ...["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY"],
      "NoUserAgent_HEADER",
    ];
    assert.deepEqual(overrides, [undefined, undefined, counted.map((name) => ({ name, actionToUse: { count: {} } }))]);
  });

  it("counts by the token that is sent, and behind it by address", () => {
    const [caller, address] = rulesOf(program)
      .slice(-2)
      .map(({ statement }) => statement.rateBasedStatement);
    assert.deepEqual(caller, {
      aggregateKeyType: "CUSTOM_KEYS",
      customKeys: [{ header: { name: "authorization", textTransformations: [{ priority: 0, type: "NONE" }] } }],
      evaluationWindowSec: 60,
      limit: 120_000,
    });
    assert.deepEqual(address, { aggregateKeyType: "IP", evaluationWindowSec: 60, limit: 300_000 });
  });

  describe("with strangers", () => {
    const limited = (...knownAddresses: string[]) =>
      recordGuard({ strangers: { requestsPerSecond: 100, knownAddresses } });
    const setsOf = (program: RecordedProgram) =>
      program.ofType("aws:wafv2/ipSet:IpSet").map(({ inputs, state }) => {
        const { name, scope, ipAddressVersion, addresses } = inputs;
        return { arn: state.arn, name, scope, ipAddressVersion, addresses };
      });
    const scopeOf = (program: RecordedProgram) => {
      const rule = rulesOf(program).find(({ name }) => name === "per-stranger");
      const { scopeDownStatement, ...rest } = rule?.statement.rateBasedStatement ?? {};
      assert.deepEqual(rest, { aggregateKeyType: "IP", evaluationWindowSec: 60, limit: 6_000 });
      assert.deepEqual(rule?.action, blocks(429, [{ name: "Retry-After", value: "60" }]));
      return scopeDownStatement;
    };

    it("holds each address outside the known ones to less", async () => {
      const program = await limited("198.51.100.0/24", "203.0.113.7/32");
      const [only, ...others] = setsOf(program);
      assert.deepEqual(others, []);
      const addresses = ["198.51.100.0/24", "203.0.113.7/32"];
      const name = "ip-set-known-ipv4-ad-exchange-dev";
      assert.deepEqual(only, { arn: only?.arn, name, scope: "REGIONAL", ipAddressVersion: "IPV4", addresses });
      assert.match(String(only?.arn), /^arn:aws:wafv2:.*:regional\/ipset\//);
      const isKnown = { ipSetReferenceStatement: { arn: only?.arn } };
      assert.deepEqual(scopeOf(program), { notStatement: { statement: isKnown } });
    });

    it("knows addresses of both versions", async () => {
      const program = await limited("2001:db8::/48", "198.51.100.0/24");
      const sets = setsOf(program);
      assert.deepEqual(
        sets.map(({ ipAddressVersion, addresses }) => [ipAddressVersion, addresses]),
        [
          ["IPV4", ["198.51.100.0/24"]],
          ["IPV6", ["2001:db8::/48"]],
        ],
      );
      const statements = sets.map(({ arn }) => ({ ipSetReferenceStatement: { arn } }));
      assert.deepEqual(scopeOf(program), { notStatement: { statement: { orStatement: { statements } } } });
    });

    it("makes no set and no rule where there are none", () => {
      assert.deepEqual(setsOf(program), []);
      assert.equal(
        rulesOf(program).some(({ name }) => name === "per-stranger"),
        false,
      );
    });
  });

  it("refuses nothing in mode count", async () => {
    for (const { name, action, overrideAction } of rulesOf(await recordGuard({ mode: "count" }))) {
      const group = /List$|Set$/.test(name);
      assert.deepEqual([action, overrideAction], group ? [undefined, { count: {} }] : [{ count: {} }, undefined], name);
    }
  });

  it("takes no more capacity than a web ACL includes", () => {
    const units = guardRules(SETTINGS.guard).reduce((sum, rule) => sum + rule.units, 0);
    assert.equal(units > 925 && units <= 1_500, true, `${units} units`); // 925 for the managed groups alone
    // "AWS WAF rule statements": 2 for a rate by address, 1 for each set of addresses that it refers to.
    const strangers = { requestsPerSecond: 100, knownAddresses: ["198.51.100.0/24", "2001:db8::/48"] };
    const withThem = guardRules({ ...SETTINGS.guard, strangers }, ["arn:ipv4", "arn:ipv6"]);
    assert.equal(withThem.reduce((sum, rule) => sum + rule.units, 0) - units, 4);
  });
});

describe("The firewall's log", () => {
  const filterOf = (program: RecordedProgram) => program.named("x-web-acl-logging").inputs.loggingFilter;
  const keeps = (...actions: string[]) => ({
    defaultBehavior: "DROP",
    filters: [
      {
        behavior: "KEEP",
        requirement: "MEETS_ANY",
        conditions: actions.map((action) => ({ actionCondition: { action } })),
      },
    ],
  });

  it("goes to a group that WAF takes, in which it may write, and nobody else", async () => {
    const program = await recordGuard();
    const group = program.named("x-web-acl-logs");
    assert.equal(group.inputs.name, "aws-waf-logs-waf-ad-exchange-dev");
    assert.equal(group.inputs.retentionInDays, 7);
    const { inputs, dependsOn } = program.named("x-web-acl-logging");
    assert.deepEqual(inputs.logDestinationConfigs, [group.state.arn]);
    assert.equal(inputs.resourceArn, program.named("x-web-acl").state.arn);
    assert.deepEqual(dependsOn, ["x-web-acl-log-policy"]);
    const statements = statementsOf(program.named("x-web-acl-log-policy").inputs.policyDocument);
    assert.deepEqual(statements, [
      {
        Sid: "FirewallLogs",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${group.state.arn}:*`,
        Condition: {
          StringEquals: { "aws:SourceAccount": ACCOUNT },
          ArnLike: { "aws:SourceArn": `arn:aws:logs:${REGION}:${ACCOUNT}:*` },
        },
      },
    ]);
  });

  it("keeps what was refused, and in mode count what would have been", async () => {
    assert.deepEqual(filterOf(await recordGuard()), keeps("BLOCK"));
    assert.deepEqual(filterOf(await recordGuard({ mode: "count" })), keeps("BLOCK", "COUNT", "EXCLUDED_AS_COUNT"));
  });

  it("holds no token, cookie or body, and nor do samples and the details of rate rules", async () => {
    const program = await recordGuard();
    assert.deepEqual(program.named("x-web-acl-logging").inputs.redactedFields, [
      { singleHeader: { name: "authorization" } },
      { singleHeader: { name: "cookie" } },
    ]);
    const { dataProtections } = program.named("x-web-acl").inputs.dataProtectionConfig as {
      dataProtections: readonly Json[];
    };
    assert.deepEqual(dataProtections, [
      { field: { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization"] }, action: "HASH" },
      { field: { fieldType: "SINGLE_HEADER", fieldKeys: ["cookie"] }, action: "SUBSTITUTION" },
      { field: { fieldType: "BODY" }, action: "SUBSTITUTION" },
    ]);
  });
});

describe("The key of the edge's logs", () => {
  it("lets CloudWatch Logs encrypt exactly the edge's groups", async () => {
    const document = policy([edgeLogsEncrypt(NAMES, "live", ACCOUNT, REGION)]);
    const [only] = statementsOf(await new Promise((resolve) => void document.apply(resolve)));
    assert.deepEqual(only?.Principal, { Service: "logs.us-east-1.amazonaws.com" });
    const arn = (group: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${group}`;
    assert.deepEqual(only?.Condition, {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": [
          arn("/aws/apigateway/api-ad-exchange-dev"),
          arn("aws-waf-logs-waf-ad-exchange-dev"),
          arn("API-Gateway-Execution-Logs_*/live"),
        ],
      },
    });
  });
});
