import {
  DeleteParameterCommand,
  type ParameterTier,
  type ParameterType,
  PutParameterCommand,
} from "@aws-sdk/client-ssm";
import type * as aws from "@pulumi/aws";
import { given, type Materialisers, materialiser, nameFor, needed, nothingElse, tagList } from "./materialiser";

export const ssm: Materialisers = {
  "aws:ssm/parameter:Parameter": materialiser<aws.ssm.ParameterArgs>({
    async create(
      { clients, region, account },
      { name, type, value, insecureValue, description, tier, ...more },
      logicalName,
    ) {
      const { keyId, allowedPattern, dataType, tags, ...rest } = more;
      nothingElse(rest);
      const Name = nameFor(name, logicalName);
      const request = given({
        Name,
        Type: type as ParameterType,
        Value: needed(value ?? insecureValue, "value or insecureValue"),
        Description: description,
        Tier: tier as ParameterTier | undefined,
        KeyId: keyId,
        AllowedPattern: allowedPattern,
        DataType: dataType,
        Tags: tags ? tagList(tags) : undefined,
      });
      const { Version } = await clients.ssm.send(new PutParameterCommand(request));
      // "arn:aws:ssm:region:account:parameter/name", with one slash whether or not the name begins with one.
      const arn = `arn:aws:ssm:${region}:${account}:parameter/${Name.replace(/^\//, "")}`;
      return { id: Name, outputs: given({ name: Name, arn, version: Version, value: insecureValue }) };
    },
    async delete({ clients }, { id }) {
      await clients.ssm.send(new DeleteParameterCommand({ Name: id }));
    },
  }),
};
