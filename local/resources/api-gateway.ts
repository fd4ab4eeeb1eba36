import {
  CreateAuthorizerCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  type CreateRestApiCommandInput,
  DeleteRestApiCommand,
  GetResourcesCommand,
  PutGatewayResponseCommand,
  type PutGatewayResponseCommandInput,
  UpdateRestApiCommand,
} from "@aws-sdk/client-api-gateway";
import type * as aws from "@pulumi/aws";
import { gatewayResponse } from "../api-gateway/gateway-response";
import { authorizerOf } from "../api-gateway/inputs";
import { compiled } from "../api-gateway/validation";
import { methodParts } from "./api-gateway-methods";
import { stageParts } from "./api-gateway-stage";
import { usageParts } from "./api-gateway-usage";
import {
  documentText,
  given,
  goesWithItsParent,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
} from "./materialiser";

const restApi = materialiser<aws.apigateway.RestApiArgs>({
  async create({ clients, region, account }, inputs, logicalName) {
    const { name, description, apiKeySource, binaryMediaTypes, minimumCompressionSize: least, ...more } = inputs;
    const { endpointConfiguration, disableExecuteApiEndpoint, tags, ...others } = more;
    // TLS and hosts, of which nothing here makes anything.
    const { securityPolicy: _security, endpointAccessMode: _mode, ...rest } = others;
    nothingElse(rest);
    const request = given({
      name: nameFor(name, logicalName),
      ...{ description, apiKeySource, binaryMediaTypes, disableExecuteApiEndpoint, tags },
      minimumCompressionSize: least === undefined || least === "" || least === "-1" ? undefined : Number(least),
      endpointConfiguration: endpointConfiguration && {
        types: [endpointConfiguration.types],
        ...given({ vpcEndpointIds: endpointConfiguration.vpcEndpointIds }),
      },
    }) as CreateRestApiCommandInput;
    const { id: made } = await clients.apiGateway.send(new CreateRestApiCommand(request));
    const id = needed(made, "the API's id");
    const { items = [] } = await clients.apiGateway.send(new GetResourcesCommand({ restApiId: id }));
    const root = items.find(({ path }) => path === "/");
    return {
      id,
      outputs: {
        name: request.name,
        arn: `arn:aws:apigateway:${region}::/restapis/${id}`,
        executionArn: `arn:aws:execute-api:${region}:${account}:${id}`,
        rootResourceId: needed(root?.id, "the root resource"),
      },
    };
  },
  async delete({ clients }, { id }) {
    await clients.apiGateway.send(new DeleteRestApiCommand({ restApiId: id }));
  },
});

/** Kept, and not evaluated: what comes to this machine comes from no endpoint. */
const restApiPolicy = materialiser<aws.apigateway.RestApiPolicyArgs>({
  async create({ clients }, { restApiId, policy, ...rest }) {
    nothingElse(rest);
    const patchOperations = [{ op: "replace" as const, path: "/policy", value: documentText(policy) }];
    await clients.apiGateway.send(new UpdateRestApiCommand({ restApiId, patchOperations }));
    return { id: String(restApiId), outputs: {} };
  },
  delete: goesWithItsParent,
});

const resource = materialiser<aws.apigateway.ResourceArgs>({
  async create({ clients }, { restApi: restApiId, parentId, pathPart, ...rest }) {
    nothingElse(rest);
    const request = { restApiId: String(restApiId), parentId, pathPart };
    const { id, path } = await clients.apiGateway.send(new CreateResourceCommand(request));
    return { id: needed(id, "the resource's id"), outputs: { path } };
  },
  delete: goesWithItsParent,
});

const model = materialiser<aws.apigateway.ModelArgs>({
  async create({ clients }, { restApi: restApiId, name, contentType, schema, description, ...rest }, logicalName) {
    nothingElse(rest);
    const request = {
      restApiId: String(restApiId),
      name: nameFor(name, logicalName),
      contentType,
      schema,
      description,
    };
    if (!/^[A-Za-z0-9]+$/.test(request.name)) throw new Error(`name is ${request.name}; give letters and digits.`);
    compiled(request.name, needed(schema, "schema"));
    const { id } = await clients.apiGateway.send(new CreateModelCommand(given(request)));
    return { id: needed(id, "the model's id"), outputs: { name: request.name } };
  },
  delete: goesWithItsParent,
});

const requestValidator = materialiser<aws.apigateway.RequestValidatorArgs>({
  async create(
    { clients },
    { restApi: restApiId, name, validateRequestBody, validateRequestParameters, ...rest },
    logical,
  ) {
    nothingElse(rest);
    const request = { restApiId: String(restApiId), name: nameFor(name, logical) };
    const checks = given({ validateRequestBody, validateRequestParameters });
    const { id } = await clients.apiGateway.send(new CreateRequestValidatorCommand({ ...request, ...checks }));
    return { id: needed(id, "the validator's id"), outputs: { name: request.name } };
  },
  delete: goesWithItsParent,
});

const response = materialiser<aws.apigateway.ResponseArgs>({
  async create({ clients }, inputs) {
    const { restApiId, responseType, statusCode, responseParameters, responseTemplates, ...rest } = inputs;
    nothingElse(rest);
    gatewayResponse(inputs);
    const request = given({ restApiId, responseType, statusCode, responseParameters, responseTemplates });
    await clients.apiGateway.send(new PutGatewayResponseCommand(request as PutGatewayResponseCommandInput));
    return { id: `aggr-${restApiId}-${responseType}`, outputs: {} };
  },
  delete: goesWithItsParent,
});

const authorizer = materialiser<aws.apigateway.AuthorizerArgs>({
  async create({ clients, region }, inputs, logicalName) {
    const { type } = authorizerOf("", inputs);
    const { restApi, authorizerUri, identitySource, identityValidationExpression, ...more } = inputs;
    const restApiId = String(restApi);
    const request = {
      ...{ restApiId, name: nameFor(more.name, logicalName), type, authorizerUri, identityValidationExpression },
      identitySource: identitySource ?? (type === "TOKEN" ? "method.request.header.Authorization" : undefined),
      authorizerResultTtlInSeconds: more.authorizerResultTtlInSeconds,
    };
    const { id } = await clients.apiGateway.send(new CreateAuthorizerCommand(given(request)));
    const made = needed(id, "the authorizer's id");
    const arn = `arn:aws:apigateway:${region}::/restapis/${restApiId}/authorizers/${made}`;
    return { id: made, outputs: { arn, name: request.name } };
  },
  delete: goesWithItsParent,
});

/** REST APIs stand in MiniStack as the program says; requests are answered by `api-gateway/`. */
export const apiGateway: Materialisers = {
  "aws:apigateway/restApi:RestApi": restApi,
  "aws:apigateway/restApiPolicy:RestApiPolicy": restApiPolicy,
  "aws:apigateway/resource:Resource": resource,
  "aws:apigateway/model:Model": model,
  "aws:apigateway/requestValidator:RequestValidator": requestValidator,
  "aws:apigateway/response:Response": response,
  "aws:apigateway/authorizer:Authorizer": authorizer,
  ...methodParts,
  ...stageParts,
  ...usageParts,
};
