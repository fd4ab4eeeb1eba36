import { createHash } from "node:crypto";
import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  type CreateUsagePlanCommandInput,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
} from "@aws-sdk/client-api-gateway";
import type * as aws from "@pulumi/aws";
import { limitOf } from "../api-gateway/inputs";
import { given, type Materialisers, materialiser, nameFor, needed, nothingElse } from "./materialiser";

const usagePlan = materialiser<aws.apigateway.UsagePlanArgs>({
  async create({ clients, region }, inputs, logicalName) {
    const { name, description, apiStages, throttleSettings, quotaSettings, tags, ...rest } = inputs;
    nothingElse(rest);
    if (quotaSettings?.offset) throw new Error(`quotaSettings.offset is ${quotaSettings.offset}; give 0 or none.`);
    limitOf(throttleSettings?.rateLimit, throttleSettings?.burstLimit);
    const request = {
      ...{ name: nameFor(name, logicalName), description, tags },
      throttle: throttleSettings && { ...throttleSettings },
      quota: quotaSettings && { ...quotaSettings },
      apiStages: apiStages?.map(({ apiId, stage, throttles = [] }) => ({
        ...{ apiId, stage },
        throttle: Object.fromEntries(throttles.map(({ path, ...limit }) => [path, limit])),
      })),
    };
    const made = await clients.apiGateway.send(
      new CreateUsagePlanCommand(given(request) as CreateUsagePlanCommandInput),
    );
    const id = needed(made.id, "the usage plan's id");
    return { id, outputs: { name: request.name, arn: `arn:aws:apigateway:${region}::/usageplans/${id}` } };
  },
  async delete({ clients }, { id }) {
    await clients.apiGateway.send(new DeleteUsagePlanCommand({ usagePlanId: id }));
  },
});

const apiKey = materialiser<aws.apigateway.ApiKeyArgs>({
  async create({ clients, region }, inputs, logicalName) {
    const { name, description, enabled = true, value, tags, ...rest } = inputs;
    nothingElse(rest);
    const text = value ?? createHash("sha256").update(logicalName).digest("hex").slice(0, 40);
    if (text.length < 20 || text.length > 128) throw new Error(`value has ${text.length} characters; give 20 to 128.`);
    const request = { name: nameFor(name, logicalName), description, enabled, value: text, tags };
    const { id } = await clients.apiGateway.send(new CreateApiKeyCommand(given(request)));
    const made = needed(id, "the key's id");
    const arn = `arn:aws:apigateway:${region}::/apikeys/${made}`;
    return { id: made, outputs: { name: request.name, value: text, enabled, arn } };
  },
  async delete({ clients }, { id }) {
    await clients.apiGateway.send(new DeleteApiKeyCommand({ apiKey: id }));
  },
});

const usagePlanKey = materialiser<aws.apigateway.UsagePlanKeyArgs>({
  async create({ clients }, { keyId, keyType, usagePlanId, ...rest }) {
    nothingElse(rest);
    const { name, value } = await clients.apiGateway.send(
      new CreateUsagePlanKeyCommand({ keyId, keyType, usagePlanId }),
    );
    return { id: String(keyId), outputs: given({ name, value }) };
  },
  async delete({ clients }, { id }, { usagePlanId }) {
    await clients.apiGateway.send(new DeleteUsagePlanKeyCommand({ keyId: id, usagePlanId }));
  },
});

/** Who may ask how much. */
export const usageParts: Materialisers = {
  "aws:apigateway/usagePlan:UsagePlan": usagePlan,
  "aws:apigateway/apiKey:ApiKey": apiKey,
  "aws:apigateway/usagePlanKey:UsagePlanKey": usagePlanKey,
};
