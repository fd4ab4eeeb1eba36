import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { Parameters, readEnv } from "../../shared/parameters";
import { SsmParameters } from "../../shared/ssm-parameters";
import { fetchJwks, KeySets } from "../adapters/jwks";
import { DynamoTokens } from "../adapters/tokens";
import { parseIssuers } from "../domain/auth/issuers";
import { type AuthorizerWorld, authorize } from "./authorizer";
import type { AuthorizerEnv } from "./env";

/** Seconds until what is revoked in the parameter is revoked here. */
const ISSUERS_TTL = 60;

const env = readEnv<AuthorizerEnv>(process.env, ["TOKENS_TABLE", "ISSUERS_PARAMETER"]);
const issuers = new Parameters({
  names: { issuers: env.ISSUERS_PARAMETER },
  source: new SsmParameters(new SSMClient(clientSettings)),
  clock,
  parse: ({ issuers: json }) => parseIssuers(json),
  ttlSeconds: () => ISSUERS_TTL,
});
const world: AuthorizerWorld = {
  issuers: () => issuers.current(),
  keys: new KeySets(fetchJwks, clock),
  tokens: new DynamoTokens(new DynamoDBClient(clientSettings), env.TOKENS_TABLE),
  clock,
  log: logOf("ad-exchange"),
  metrics: new EmbeddedMetrics(
    "Sluice/AdExchange",
    "ad-exchange",
    process.env.AWS_LAMBDA_FUNCTION_NAME ?? "authorizer",
  ),
};

export const handler = (
  event: APIGatewayTokenAuthorizerEvent,
  context: { readonly awsRequestId: string },
): Promise<APIGatewayAuthorizerResult> => authorize(event, context, world);
