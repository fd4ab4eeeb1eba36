import assert from "node:assert/strict";
import { DescribeSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Estate, openEstate } from "../../local/estate";
import { leftovers } from "../../local/leftovers";
import { policy } from "./roles";

/**
 * Makes the next number out of the current one, by four steps, and says so; its code has no SDK, so it asks Secrets Manager by hand.
 */
const ROTATES = `
const { createHash, createHmac } = require("node:crypto");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const hash = (text) => createHash("sha256").update(text).digest("hex");
async function ask(action, request) {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  const body = JSON.stringify(request);
  const at = new Date().toISOString().replace(/[:-]|\\.\\d+/g, "");
  const headers = { host: new URL(AWS_ENDPOINT_URL).host, "x-amz-date": at, "x-amz-security-token": AWS_SESSION_TOKEN, "x-amz-target": "secretsmanager." + action };
  const names = Object.keys(headers).sort();
  const canonical = ["POST", "/", "", ...names.map((name) => name + ":" + headers[name]), "", names.join(";"), hash(body)].join("\\n");
  const scope = [at.slice(0, 8), AWS_REGION, "secretsmanager", "aws4_request"];
  const key = scope.reduce(hmac, "AWS4" + AWS_SECRET_ACCESS_KEY);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", at, scope.join("/"), hash(canonical)].join("\\n")).toString("hex");
  const authorization = "AWS4-HMAC-SHA256 Credential=" + [AWS_ACCESS_KEY_ID, ...scope].join("/") + ", SignedHeaders=" + names.join(";") + ", Signature=" + signature;
  const response = await fetch(AWS_ENDPOINT_URL, { method: "POST", body, headers: { ...headers, authorization, "content-type": "application/x-amz-json-1.1" } });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(JSON.stringify(answer)), { type: String(answer.__type) });
  return answer;
}
exports.handler = async ({ Step, SecretId, ClientRequestToken: VersionId }) => {
  if (Step === undefined) return; // what the schedule sends
  console.log("step " + Step);
  const { RotationEnabled, VersionIdsToStages } = await ask("DescribeSecret", { SecretId });
  if (!RotationEnabled || !VersionIdsToStages[VersionId].includes("AWSPENDING")) throw new Error("nothing pending");
  const current = await ask("GetSecretValue", { SecretId });
  if (Step === "createSecret") {
    const error = await ask("GetSecretValue", { SecretId, VersionId, VersionStage: "AWSPENDING" }).catch((error) => error);
    if (error.type !== "ResourceNotFoundException") return; // it has its value from a try before
    const SecretString = String(Number(current.SecretString) + 1);
    await ask("PutSecretValue", { SecretId, ClientRequestToken: VersionId, SecretString, VersionStages: ["AWSPENDING"] });
  }
  if (Step === "testSecret" && current.SecretString === "2" && globalThis.tried === undefined) {
    globalThis.tried = true;
    throw new Error("not yet");
  }
  if (Step === "finishSecret")
    await ask("UpdateSecretVersionStage", { SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: VersionId, RemoveFromVersionId: current.VersionId });
};`;

async function program() {
  const name = "rotates";
  const secret = new aws.secretsmanager.Secret("number", { name: "number", recoveryWindowInDays: 0 });
  const first = new aws.secretsmanager.SecretVersion("number", { secretId: secret.id, secretString: "1" });
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new aws.iam.Role(name, { name, assumeRolePolicy: policy([trust]) });
  const actions = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];
  const document = secret.arn.apply((arn) =>
    policy([
      { Effect: "Allow", Action: actions.map((action) => `secretsmanager:${action}`), Resource: arn },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" },
    ]),
  );
  const rights = new aws.iam.RolePolicy(name, { name, role: role.name, policy: document });
  const log = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}` });
  const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(ROTATES) });
  const runs = { runtime: "nodejs22.x", handler: "index.handler", timeout: 5 };
  const fn = new aws.lambda.Function(name, { name, code, role: role.arn, ...runs }, { dependsOn: [rights, log] });
  const permission = new aws.lambda.Permission("rotating", {
    ...{ action: "lambda:InvokeFunction", principal: "secretsmanager.amazonaws.com", function: fn.name },
    sourceArn: secret.arn,
  });
  new aws.secretsmanager.SecretRotation(
    "number",
    { secretId: secret.id, rotationLambdaArn: fn.arn, rotationRules: { automaticallyAfterDays: 30 } },
    { dependsOn: [permission, first] },
  );
  const still = new aws.secretsmanager.Secret("still", { name: "still" });
  const rule = new aws.cloudwatch.EventRule("often", { name: "often", scheduleExpression: "rate(1 hour)" });
  new aws.lambda.Permission("scheduled", {
    ...{ action: "lambda:InvokeFunction", principal: "events.amazonaws.com", function: fn.name, sourceArn: rule.arn },
  });
  new aws.cloudwatch.EventTarget("often", { rule: rule.name, arn: fn.arn, targetId: "function" });
  const table = new aws.dynamodb.Table("items", {
    ...{ name: "items", billingMode: "PAY_PER_REQUEST", hashKey: "id", attributes: [{ name: "id", type: "S" }] },
  });
  new aws.dynamodb.TableItem("one", {
    ...{ tableName: table.name, hashKey: "id", item: JSON.stringify({ id: { S: "one" }, n: { N: "1" } }) },
  });
  return { secret: secret.arn, still: still.arn };
}

describe("What runs by itself on the embedded cloud", function () {
  this.timeout(120_000);
  let estate: Estate;
  const steps: string[] = [];
  const problems: string[] = [];
  before(async () => {
    const onLog = (line: string) => {
      const step = /step (.*)/.exec(line)?.[1];
      if (step) steps.push(step);
    };
    const onProblem = (message: string) => problems.push(message);
    estate = await openEstate({ name: "test-rotation", program, sources: { timeScale: 1 / 60, onLog, onProblem } });
    await estate.rotations.idle();
  });
  after(() => estate.stop());

  const value = async (VersionStage: string) =>
    (await estate.clients.secrets.send(new GetSecretValueCommand({ SecretId: "number", VersionStage }))).SecretString;

  it("rotates a secret at once, by the four steps of its function and with its role", async () => {
    assert.deepEqual(problems, []);
    assert.deepEqual(steps, ["createSecret", "setSecret", "testSecret", "finishSecret"]);
    assert.deepEqual([await value("AWSCURRENT"), await value("AWSPREVIOUS")], ["2", "1"]);
  });

  it("keeps what is current when a step fails, and goes on with the same version", async () => {
    await assert.rejects(estate.rotations.rotate(estate.output("secret")), /testSecret failed: .*not yet/);
    assert.deepEqual([await value("AWSCURRENT"), await value("AWSPENDING")], ["2", "3"]);
    await estate.rotations.rotate(estate.output("secret"));
    const { RotationEnabled, VersionIdsToStages = {} } = await estate.clients.secrets.send(
      new DescribeSecretCommand({ SecretId: "number" }),
    );
    assert.equal(RotationEnabled, true);
    assert.equal(await value("AWSCURRENT"), "3");
    assert.deepEqual(Object.values(VersionIdsToStages).filter((stages) => stages.includes("AWSPREVIOUS")).length, 1);
    await assert.rejects(estate.rotations.rotate(estate.output("still")), /does not rotate; give it a SecretRotation/);
  });

  it("runs a scheduled rule at once, and when it is told", async () => {
    const received = () => estate.sources.stats.deliveries["often > rotates"]?.received;
    for (let tries = 0; tries < 100 && received() !== 1; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(received(), 1);
    await estate.sources.fire("often");
    await estate.sources.idle();
    assert.equal(received(), 2);
    await assert.rejects(estate.sources.fire("never"), /never is no scheduled rule; there are: often/);
  });

  it("leaves nothing", async () => {
    await estate.deployment.destroy();
    assert.deepEqual(await leftovers(estate.cloud), []);
  });
});
