import assert from "node:assert/strict";
import { bundleOf } from "../../../../components/shared/bundle";
import type { AuthorizerEnv } from "../../../../functions/ad-exchange/authorizer/env";
import { toItem } from "../../../../functions/shared/attribute-values";
import { issued } from "../../../../operations/ad-exchange/token";
import { BUDGET_KIB } from "../../../bench/bundles";
import { invokeBundle, jsonService } from "../../clickstream/support/bundle";
import { ACME, STAGE, USAGE_KEY } from "./support/authorizing";
import { signedJwt } from "./support/issuing";

const ENTRY = "functions/ad-exchange/authorizer/index.ts";
const ENV: AuthorizerEnv = { TOKENS_TABLE: "tokens", ISSUERS_PARAMETER: "/issuers" };

describe("The bundle of the authorizer", () => {
  it(`is at most ${BUDGET_KIB} KiB, without zod`, async () => {
    const { bytes, inputs } = await bundleOf(ENTRY);
    assert.ok(bytes <= BUDGET_KIB * 1024, `${bytes} bytes; largest inputs: ${inputs.slice(0, 5).join("; ")}`);
    assert.deepEqual(
      inputs.filter(([path]) => /node_modules\/(zod|@pulumi|ajv)\//.test(path)),
      [],
    );
  });

  it("asks the table and answers", async () => {
    const { token, record } = issued({ publisher: "p1", usageKey: USAGE_KEY, days: 1 }, Math.floor(Date.now() / 1_000));
    const calls: string[] = [];
    const { may, ...rest } = record;
    const { url, close } = await jsonService((target, input) => {
      calls.push(`${target.split(".").at(-1)} ${JSON.parse(input).Key?.token.S === record.token}`);
      return { Item: toItem({ ...rest, may: [...may] } as never) };
    });
    try {
      const event = { type: "TOKEN", authorizationToken: `Bearer ${token}`, methodArn: `${STAGE}/GET/v1/campaigns` };
      const answer: object = await invokeBundle(ENTRY, { ...ENV }, event as never, url);
      assert.deepEqual(answer, {
        principalId: "token/p1",
        policyDocument: {
          Version: "2012-10-17",
          Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: [`${STAGE}/POST/openrtb2/auction`] }],
        },
        context: { principal: "token/p1", publisher: "p1", may: "auction" },
        usageIdentifierKey: USAGE_KEY,
      });
      assert.deepEqual(calls, ["GetItem true"]);
    } finally {
      close();
    }
  });

  it("reads its issuers, verifies with what Node has, and opens nothing without an issuer's keys", async () => {
    const known = {
      name: "acme",
      issuer: "https://acme.example/",
      audience: "exchange",
      jwksUri: "https://127.0.0.1:1/",
    };
    const calls: string[] = [];
    const { url, close } = await jsonService((target) => {
      calls.push(String(target.split(".").at(-1)));
      return { Parameters: [{ Name: "/issuers", Value: JSON.stringify([known]) }] };
    });
    const answer = (iss: string) => {
      const token = signedJwt(ACME, { iss, aud: "exchange", exp: 4_000_000_000 });
      const event = { authorizationToken: `Bearer ${token}`, methodArn: `${STAGE}/GET/v1/campaigns` };
      return invokeBundle(ENTRY, { ...ENV }, event as never, url);
    };
    try {
      await assert.rejects(answer("https://evil.example/"), /Error: Unauthorized/);
      await assert.rejects(answer("https://acme.example/"), /RetryableFailure: The keys of https:\/\/127\.0\.0\.1:1\//);
      assert.deepEqual(calls, ["GetParameters", "GetParameters"]);
    } finally {
      close();
    }
  });
});
