import {
  PutIntegrationCommand,
  type PutIntegrationCommandInput,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from "@aws-sdk/client-api-gateway";
import type * as aws from "@pulumi/aws";
import { integrationOf, mockResponseOf, requireParameters } from "../api-gateway/inputs";
import { given, goesWithItsParent, type Materialisers, materialiser, needed, nothingElse } from "./materialiser";

interface Place {
  readonly restApi?: unknown;
  readonly resourceId?: string | undefined;
  readonly httpMethod?: string | undefined;
}

const placeOf = ({ restApi, resourceId, httpMethod }: Place) => ({
  restApiId: String(restApi),
  resourceId: needed(resourceId, "resourceId"),
  httpMethod: needed(httpMethod, "httpMethod"),
});

const idOf = (prefix: string, { restApi, resourceId, httpMethod }: Place, ...more: (string | undefined)[]) =>
  [`${prefix}-${String(restApi)}`, resourceId, httpMethod, ...more].join("-");

const method = materialiser<aws.apigateway.MethodArgs>({
  async create({ clients }, inputs) {
    const { restApi: _api, resourceId: _resource, httpMethod: _method, authorization, ...more } = inputs;
    const { authorizerId, apiKeyRequired, operationName, requestModels, requestParameters, ...others } = more;
    const { requestValidatorId, ...rest } = others;
    nothingElse(rest);
    if (authorization !== "NONE" && authorization !== "CUSTOM")
      throw new Error(`authorization is ${authorization}; give NONE or CUSTOM.`);
    if (authorization === "CUSTOM") needed(authorizerId, "authorizerId of a method with authorization CUSTOM");
    requireParameters(Object.keys(requestParameters ?? {}));
    const request = {
      ...{ ...placeOf(inputs), authorizationType: authorization, authorizerId, apiKeyRequired, operationName },
      ...{ requestModels, requestParameters, requestValidatorId },
    };
    await clients.apiGateway.send(new PutMethodCommand(given(request)));
    return { id: idOf("agm", inputs), outputs: {} };
  },
  delete: goesWithItsParent,
});

const integration = materialiser<aws.apigateway.IntegrationArgs>({
  async create({ clients }, inputs) {
    integrationOf(inputs);
    const { type, uri, integrationHttpMethod, timeoutMilliseconds: timeoutInMillis, cacheKeyParameters } = inputs;
    const { requestTemplates, passthroughBehavior, connectionType } = inputs;
    const request = {
      ...{ ...placeOf(inputs), type, uri, integrationHttpMethod, timeoutInMillis, cacheKeyParameters },
      ...{ requestTemplates, passthroughBehavior, connectionType },
    };
    await clients.apiGateway.send(new PutIntegrationCommand(given(request) as PutIntegrationCommandInput));
    return { id: idOf("agi", inputs), outputs: {} };
  },
  delete: goesWithItsParent,
});

const methodResponse = materialiser<aws.apigateway.MethodResponseArgs>({
  async create({ clients }, inputs) {
    const { restApi: _api, resourceId: _resource, httpMethod: _method, statusCode, ...more } = inputs;
    const { responseModels, responseParameters, ...rest } = more;
    nothingElse(rest);
    const request = { ...placeOf(inputs), statusCode, ...given({ responseModels, responseParameters }) };
    await clients.apiGateway.send(new PutMethodResponseCommand(request));
    return { id: idOf("agmr", inputs, statusCode), outputs: {} };
  },
  delete: goesWithItsParent,
});

const integrationResponse = materialiser<aws.apigateway.IntegrationResponseArgs>({
  async create({ clients }, inputs) {
    mockResponseOf(inputs);
    const { statusCode, responseTemplates, responseParameters } = inputs;
    const request = { ...placeOf(inputs), statusCode, ...given({ responseTemplates, responseParameters }) };
    await clients.apiGateway.send(new PutIntegrationResponseCommand(request));
    return { id: idOf("agir", inputs, statusCode), outputs: {} };
  },
  delete: goesWithItsParent,
});

/** Methods of an API's resources, and what is behind them. */
export const methodParts: Materialisers = {
  "aws:apigateway/method:Method": method,
  "aws:apigateway/integration:Integration": integration,
  "aws:apigateway/methodResponse:MethodResponse": methodResponse,
  "aws:apigateway/integrationResponse:IntegrationResponse": integrationResponse,
};
