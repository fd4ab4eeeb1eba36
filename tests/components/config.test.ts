import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readConfig, type SluiceConfig } from "../../components/config";
import { readStackConfig } from "../../local/stack-config";
import { ROOT, type StackName } from "../support/recorded-program";

/** Reads the configuration of a stack as the program would. */
async function read(
  stack: string,
  overrides: Record<string, string> = {},
  without: readonly string[] = [],
): Promise<SluiceConfig> {
  const file: StackName = stack === "prod" || stack === "local" ? stack : "dev";
  const { project, config } = readStackConfig(ROOT, file, overrides);
  for (const key of without) delete config[key];
  await pulumi.runtime.setMocks(
    { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
    project,
    stack,
  );
  pulumi.runtime.setAllConfig(config, []);
  return readConfig();
}

const refusal = async (...args: Parameters<typeof read>): Promise<string> => {
  let message = "";
  await read(...args).catch((error: Error) => {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    message = error.message;
  });
  return message;
};

describe("The configuration", () => {
  it("has the figures of the service by default", async () => {
    const { region, logRetentionDays, marketData } = await read("dev");
    assert.equal(region, "us-east-1");
    assert.equal(logRetentionDays, 7);
    assert.equal(marketData.memoryMiB, 256);
    assert.equal(marketData.timeoutSeconds, 30);
    assert.equal(marketData.reservedConcurrency, 10);
    assert.equal(marketData.retryAttempts, 2);
    assert.equal(marketData.archiveDays, 90);
  });

  it("keeps prod's logs for at least 30 days", async () => {
    assert.ok((await read("prod")).logRetentionDays >= 30);
    const says = "sluice:logRetentionDays is 14: give 30 or more, because sluice:compliance is true.";
    assert.ok((await refusal("prod", { logRetentionDays: "14" })).includes(says));
    assert.equal((await read("prod", { logRetentionDays: "30" })).logRetentionDays, 30);
    assert.equal((await read("dev", { logRetentionDays: "14" })).logRetentionDays, 14);
  });

  it("tells every mistake at once: the key, the value, what to give", async () => {
    const message = await refusal("dev", {
      notificationEmail: "nobody",
      logRetentionDays: "8",
      keyDeletionDays: "6",
      compliance: "true",
      "aws:region": "mars-1",
      marketDataArchiveDay: "30",
      marketDataRetryAttempts: "three",
      marketDataSources: '["exchange.xnas","aws.ec2"]',
      marketDataProducers: '[{"principal":"123","sources":["exchange.xnas"]}]',
      marketDataAlertRules: '[{"id":"a","type":"crash","severity":"info"}]',
    });
    const lines = message.split("\n");
    assert.equal(lines[0], "The configuration of stack dev has 10 mistakes:");
    for (const says of [
      "sluice:notificationEmail is nobody: give an e-mail address, for example operations@example.com.",
      "sluice:logRetentionDays is 8: give a number of days that CloudWatch Logs takes: 1, 3, 5, 7,",
      "sluice:logRetentionDays is 8: give 30 or more, because sluice:compliance is true.",
      "sluice:keyDeletionDays is 6: give a whole number from 7 to 30.",
      "aws:region is mars-1: give an AWS region, for example us-east-1.",
      "sluice:marketDataArchiveDay is set: there is no such key; Pulumi.yaml lists them.",
      "sluice:marketDataRetryAttempts is three: give a whole number from 0 to 2.",
      "sluice:marketDataSources[1] is aws.ec2: give a source such as exchange.xnas",
      "sluice:marketDataProducers[0].principal is 123: give a 12-digit account id or a role's ARN.",
      "sluice:marketDataAlertRules[0].type is crash:",
    ]) {
      assert.ok(
        lines.some((line) => line.trim().startsWith(says)),
        `${says}\nnot in\n${message}`,
      );
    }
  });

  it("misses what has no default", async () => {
    const message = await refusal("dev", {}, ["sluice:notificationEmail", "sluice:owner"]);
    assert.match(message, /sluice:notificationEmail is missing: give an e-mail address/);
    assert.match(message, /sluice:owner is missing/);
  });

  it("takes stack names and suffixes that fit into names", async () => {
    assert.match(await refusal("Dev_1"), /the stack's name is Dev_1: give up to 16 lower-case letters/);
    assert.match(
      await refusal("dev", { environmentSuffix: "PR 7" }),
      /environmentSuffix is PR 7: give up to 16 lower-case/,
    );
    assert.equal((await read("dev", { environmentSuffix: "pr-7" })).environmentSuffix, "pr-7");
  });

  it("refuses two alert rules of one id", async () => {
    const rule = '{"id":"halted","type":"halt","severity":"info"}';
    assert.match(
      await refusal("dev", { marketDataAlertRules: `[${rule},${rule}]` }),
      /give each rule an id of its own/,
    );
  });

  it("refuses what AWS reserves among tags", async () => {
    assert.match(await refusal("dev", { tags: '{"aws:owner":"x"}' }), /sluice:tags/);
    assert.deepEqual((await read("dev", { tags: '{"Team":"Feeds"}' })).tags, { Team: "Feeds" });
  });

  it("refuses what clickstream's settings say together, beside any other mistake", async () => {
    const message = await refusal("prod", {
      keyDeletionDays: "6",
      clickstreamParallelization: "10",
      clickstreamPlainHttp: "true",
      clickstreamMaximumAgeSeconds: "604800",
      clickstreamFailureDays: "7",
      clickstreamCollector: '{"memoryMiB":512,"timeoutSeconds":9,"reservedConcurrency":5}',
    });
    for (const says of [
      "sluice:keyDeletionDays is 6: give a whole number from 7 to 30.",
      "sluice:clickstreamParallelization is 10: 10 shards with so many batches each take 100 of 100 reserved environments; give less, or a clickstreamProcessing.reservedConcurrency of 125 or more.",
      "sluice:clickstreamPlainHttp is true: give false, because there is a certificate; both would leave a way around TLS.",
      "sluice:clickstreamMaximumAgeSeconds is 604800: give less than the stream keeps, 168 hours",
      "sluice:clickstreamFailureDays is 7: give at least clickstreamLetterDays, 14",
      "sluice:clickstreamCollector is 9: give a timeoutSeconds from 10 to 59: the load balancer waits 60.",
    ])
      assert.equal(message.includes(says), true, `${says}\nnot in\n${message}`);
    assert.match(message.split("\n")[0]!, /has 6 mistakes/);
  });

  it("remembers message ids for longer than anything may be redriven", async () => {
    const message = await refusal("dev", { clickstreamFailureDays: "45" });
    assert.match(message, /clickstreamPolicy is 45: give idDays of more than clickstreamFailureDays, 45/);
    assert.equal((await read("dev", { clickstreamFailureDays: "44" })).clickstream.failureDays, 44);
    assert.match(await refusal("dev", { clickstreamRetentionHours: "1200" }), /more than the stream keeps/);
  });

  it("takes exactly four fifths of the reserved environments for full shards, and no more", async () => {
    const with100 = (shards: string, factor: string) => ({
      clickstreamShards: shards,
      clickstreamParallelization: factor,
    });
    assert.equal((await read("dev", with100("8", "10"))).clickstream.shards, 8);
    assert.match(await refusal("dev", with100("9", "9")), /81 of 100 reserved environments/);
  });

  it("wants a certificate for clickstream, or plain HTTP by name", async () => {
    assert.match(
      await refusal("prod", { clickstreamCertificateArn: "" }),
      /clickstreamCertificateArn is : give the ARN of an ACM certificate, or clickstreamPlainHttp true/,
    );
    assert.equal((await read("prod")).clickstream.certificateArn?.startsWith("arn:aws:acm:"), true);
    assert.equal((await read("dev")).clickstream.certificateArn, undefined);
  });

  it("refuses callers' ranges that AWS would refuse, and waits longer than the load balancer's", async () => {
    const inside = await refusal("dev", { clickstreamClients: '["10.0.0.0/8","10.1.2.3/16"]' });
    assert.match(inside, /clickstreamClients\[1\] is 10\.1\.2\.3\/16: give a range that begins where its network does/);
    assert.match(await refusal("dev", { clickstreamClients: '["10.0.0.0/8","10.0.0.0/8"]' }), /give each range once/);
    const reader = '{"memoryMiB":512,"timeoutSeconds":60,"reservedConcurrency":5}';
    assert.match(
      await refusal("dev", { clickstreamReader: reader }),
      /clickstreamReader is 60: give a timeoutSeconds below 60/,
    );
    const elsewhere = { "aws:region": "eu-west-1", networkAzs: '["eu-west-1a","eu-west-1b"]' };
    assert.match(await refusal("prod", elsewhere), /clickstreamCertificateArn is .*: give a certificate of eu-west-1/);
  });

  it("refuses what the exchange's settings say together", async () => {
    const bidHandler = {
      ...{ memoryMiB: 1024, timeoutSeconds: 1, reservedConcurrency: 50, provisionedConcurrency: 40, insights: true },
      scaling: { most: 30, utilization: 0.7, schedules: [{ cron: "0 7 ? * MON-FRI *", least: 80, most: 60 }] },
      traces: { perSecond: 1, share: 0.001 },
    };
    const settings = {
      ...{ asi: "exchange.example.com", rates: [], ratesMaximumAgeDays: 7, incrementMicros: 1, privacy: {} },
      ...{ testSeat: true, debug: true, graceSeconds: 3600, uncountedImpressions: "refuse" },
      deadlines: {
        ...{ defaultMilliseconds: 100, mostMilliseconds: 1500, networkMilliseconds: 100, answerMilliseconds: 5 },
        ports: { segments: 10, fraud: 10, caps: 10, demand: 70, budgets: 20 },
      },
    };
    const message = await refusal("prod", {
      adExchangeBidHandler: JSON.stringify(bidHandler),
      adExchangeSettings: JSON.stringify(settings),
      adExchangeSnapshot: '{"memoryMiB":1769,"timeoutSeconds":301,"everyMinutes":5,"keptDays":7}',
      adExchangeCampaignApi: '{"memoryMiB":512,"timeoutSeconds":30,"reservedConcurrency":10}',
      adExchangeDax:
        '{"nodeType":"dax.r5.large","nodes":3,"itemTtlSeconds":3601,"queryTtlSeconds":6,"maintenanceWindow":"sun:06:00-sun:07:00"}',
      clickstreamFailureDays: "7",
    });
    for (const says of [
      "sluice:adExchangeBidHandler is 60: give at most reservedConcurrency, 50, to keep ready: AWS counts the one in the other.",
      "sluice:adExchangeBidHandler is 30: give scaling.most of at least provisionedConcurrency, 40.",
      "give each schedule a least that is not above its most.",
      "sluice:adExchangeDax is 6: give a queryTtlSeconds of at most 5: readers of changes look ten seconds back",
      "sluice:adExchangeDax is 3601: give an itemTtlSeconds of at most an hour",
      "sluice:adExchangeSnapshot is 301: give a timeoutSeconds of at most everyMinutes, 5",
      "sluice:adExchangeSettings is {",
      "sluice:adExchangeSettings is 1500: give mostMilliseconds of at most what the function may take, 1 s.",
      "sluice:adExchangeCampaignApi is 30: give a timeoutSeconds of at most 29, for which API Gateway waits.",
      "sluice:clickstreamFailureDays is 7",
    ])
      assert.equal(message.includes(says), true, `${says}\nnot in\n${message}`);
    assert.match(message.split("\n")[0]!, /has 10 mistakes/);
  });

  it("keeps as many environments of the bid handler ready as are reserved, and no more", async () => {
    const bidHandler = (reserved: number, least: number, most: number) => ({
      adExchangeBidHandler: JSON.stringify({
        ...{ memoryMiB: 1024, timeoutSeconds: 1, reservedConcurrency: reserved, provisionedConcurrency: least },
        ...{ insights: false, traces: { perSecond: 1, share: 0 } },
        scaling: { most, utilization: 0.7, schedules: [] },
      }),
    });
    assert.deepEqual((await read("dev", bidHandler(10, 10, 10))).adExchange.bidHandler.warmth, {
      ...{ least: 10, most: 10, utilization: 0.7, schedules: [] },
    });
    assert.match(await refusal("dev", bidHandler(10, 11, 11)), /adExchangeBidHandler is 11: give at most/);
    assert.match(await refusal("dev", bidHandler(10, 0, 5)), /nothing grows from nothing/);
    assert.equal((await read("dev", bidHandler(10, 0, 0))).adExchange.bidHandler.warmth, undefined);
  });

  it("wants Lambda Insights only where its layer is known", async () => {
    const elsewhere = { "aws:region": "eu-isoe-west-1", networkAzs: '["eu-isoe-west-1a","eu-isoe-west-1b"]' };
    assert.match(await refusal("dev", elsewhere), /adExchangeBidHandler is eu-isoe-west-1: give insights false/);
  });

  it("refuses an exchange's issuers, rates and names that functions or AWS would refuse", async () => {
    const message = await refusal("dev", {
      adExchangeCampaignsTableName: "my campaigns",
      adExchangeIssuers:
        '[{"name":"token","issuer":"https://a.example","audience":"x","jwksUri":"http://a.example/jwks"}]',
      adExchangeTokensExpire: "2027-02-30",
      adExchangeTokensBefore: '["2027-01-01","2027-01-01"]',
      adExchangeKeyRotationDays: "0",
    });
    for (const says of [
      "adExchangeCampaignsTableName is my campaigns: give 3 to 255 letters",
      "adExchangeIssuers[0].name is token: give another name",
      "adExchangeIssuers[0].jwksUri is http://a.example/jwks: give an https URL",
      "adExchangeTokensExpire is 2027-02-30: give a day",
      "give each day once",
      "adExchangeKeyRotationDays is 0: give a whole number from 1 to 365",
    ])
      assert.equal(message.includes(says), true, `${says}\nnot in\n${message}`);
  });

  it("refuses a generation of tokens before itself, and strangers whom the authorizer could not stand", async () => {
    const days = { adExchangeTokensExpire: "2027-06-30", adExchangeTokensBefore: '["2027-03-31","2027-06-30"]' };
    assert.match(await refusal("dev", days), /adExchangeTokensBefore is 2027-06-30: give days of other generations/);
    const strangers = { requestsPerSecond: 50, knownAddresses: ["198.51.100.0/24"] };
    const limits = { callerRequestsPerSecond: 2_000, addressRequestsPerSecond: 5_000, windowSeconds: 60, bodyKiB: 256 };
    const message = await refusal("dev", {
      adExchangeGuard: JSON.stringify({ mode: "block", strangers, ...limits }),
      adExchangeAuthorizer: '{"memoryMiB":512,"timeoutSeconds":5,"reservedConcurrency":5}',
    });
    assert.match(message, /adExchangeGuard is 50: give strangers.requestsPerSecond below 50/);
  });

  it("refuses what could serve nobody: an issuer without a usage key, a campaign API without time to answer", async () => {
    const issuer = { name: "a", issuer: "https://a.example", audience: "x", jwksUri: "https://a.example/jwks" };
    const message = await refusal("dev", {
      adExchangeIssuers: JSON.stringify([issuer]),
      adExchangeCampaignApi: '{"memoryMiB":512,"timeoutSeconds":1,"reservedConcurrency":10}',
    });
    assert.match(message, /adExchangeIssuers\[0\]\.fixed\.usageKey is .*: give the usage key, here or as a claim/);
    assert.match(message, /adExchangeCampaignApi\.timeoutSeconds is 1: give a whole number from 2 to 900/);
    for (const counted of [{ claims: { usageKey: "usage" } }, { fixed: { usageKey: "k".repeat(20) } }]) {
      const { adExchange } = await read("dev", { adExchangeIssuers: JSON.stringify([{ ...issuer, ...counted }]) });
      assert.equal(adExchange.issuers.length, 1);
    }
  });

  it("takes no write key for its hash, and no capacity of two kinds", async () => {
    const message = await refusal("dev", {
      clickstreamWriteKeys: '{"web":["my-secret-key"]}',
      clickstreamAccessKeys: '{"desk":{"hashes":[],"may":["write"]}}',
      clickstreamCapacity: '{"mode":"on-demand","read":20}',
      clickstreamOrigins: '["*","https://www.example.com"]',
    });
    for (const says of [
      "clickstreamWriteKeys.web[0] is my-secret-key: give the SHA-256 of a key",
      "clickstreamAccessKeys.desk.hashes is []: give at least one SHA-256",
      "clickstreamAccessKeys.desk.may[0] is write: give read, or read and erase",
      "clickstreamCapacity",
      "clickstreamOrigins is",
    ])
      assert.equal(message.includes(says), true, `${says}\nnot in\n${message}`);
  });

  it("has a private network in three zones, with one NAT gateway in dev", async () => {
    const { network } = await read("prod");
    assert.deepEqual(network, {
      cidr: "10.20.0.0/16",
      azs: ["us-east-1a", "us-east-1b", "us-east-1c"],
      natGateways: "one-per-az",
      interfaceEndpoints: ["kinesis-streams", "ssm", "secretsmanager", "logs"],
    });
    assert.equal((await read("dev")).network.natGateways, "one");
  });

  it("asks for no zones where nothing stands in the network", async () => {
    const elsewhere = { "aws:region": "eu-west-1" };
    assert.match(await refusal("dev", elsewhere), /networkAzs\[0\] is us-east-1a: give zones of eu-west-1/);
    const alone = { ...elsewhere, systems: '{"marketData":true,"clickstream":false,"adExchange":false}' };
    assert.equal((await read("dev", alone)).region, "eu-west-1");
  });

  it("tells every mistake of the network, and zones of another region together with the rest", async () => {
    const message = await refusal("dev", {
      networkCidr: "10.20.0.0/20",
      networkNatGateways: "two",
      networkInterfaceEndpoints: '["sqs","dynamodb"]',
      networkAzs: '["us-east-1a","eu-west-1b"]',
    });
    assert.deepEqual(
      message
        .split("\n")
        .slice(1)
        .map((line) => line.trim())
        .sort(),
      [
        "sluice:networkAzs[1] is eu-west-1b: give zones of us-east-1, for example us-east-1a.",
        "sluice:networkCidr is 10.20.0.0/20: give a private /16, for example 10.20.0.0/16.",
        "sluice:networkInterfaceEndpoints[1] is dynamodb: give services out of kinesis-streams, lambda, sqs, ssm, kms, logs, xray, secretsmanager.",
        "sluice:networkNatGateways is two: give one-per-az, one or none.",
      ],
    );
  });

  for (const [azs, says] of [
    ['["us-east-1a"]', /networkAzs is \["us-east-1a"\]: give at least 2 zones/],
    ['["us-east-1a","us-east-1a"]', /networkAzs is .*: give each zone once/],
    ['["us-east-1a","use1-az2"]', /networkAzs\[1\] is use1-az2: give the name of a zone, for example us-east-1a/],
    ["us-east-1a", /networkAzs is us-east-1a: give a list of zone names/],
  ] as const) {
    it(`refuses ${azs} for zones`, async () => assert.match(await refusal("dev", { networkAzs: azs }), says));
  }

  it("refuses an endpoint that is no list, or is named twice", async () => {
    const message = await refusal("dev", { networkInterfaceEndpoints: '["sqs","sqs"]' });
    assert.match(
      await refusal("dev", { networkInterfaceEndpoints: "sqs" }),
      /is sqs: give services out of kinesis-streams/,
    );
    assert.match(message, /networkInterfaceEndpoints is \["sqs","sqs"\]: give each service once/);
  });
});
