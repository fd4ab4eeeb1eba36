import {
  type AttributeDefinition,
  type AttributeValue,
  type BillingMode,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DeleteTableCommand,
  type KeySchemaElement,
  type ProjectionType,
  PutItemCommand,
  type StreamViewType,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type * as aws from "@pulumi/aws";
import {
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  tagList,
  type World,
} from "./materialiser";

type TableInputs = Plain<aws.dynamodb.TableArgs>;

const keySchema = (hashKey: string, rangeKey: string | undefined): KeySchemaElement[] => [
  { AttributeName: hashKey, KeyType: "HASH" },
  ...(rangeKey ? [{ AttributeName: rangeKey, KeyType: "RANGE" } as const] : []),
];

const projection = (type: string, NonKeyAttributes: string[] | undefined) => ({
  Projection: given({ ProjectionType: type as ProjectionType, NonKeyAttributes }),
});

interface Units {
  readonly readCapacity?: number | undefined;
  readonly writeCapacity?: number | undefined;
}

/** Capacity of a table or an index; nothing where requests are paid for. @throws when a provisioned one has no units */
function throughput(billingMode: string, { readCapacity, writeCapacity }: Units, whose: string) {
  if (billingMode === "PAY_PER_REQUEST") {
    if (readCapacity || writeCapacity) throw new Error(`${whose} has a capacity; give none with PAY_PER_REQUEST.`);
    return {};
  }
  const ReadCapacityUnits = needed(readCapacity, `readCapacity of ${whose}`);
  const WriteCapacityUnits = needed(writeCapacity, `writeCapacity of ${whose}`);
  return { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } };
}

/** The request that makes the table; what follows in requests of its own is left out. */
export function tableRequest(inputs: TableInputs, TableName: string): CreateTableCommandInput {
  const hashKey = needed(inputs.hashKey, "hashKey");
  const { billingMode = "PROVISIONED" } = inputs; // the provider's default
  const globals = (inputs.globalSecondaryIndexes ?? []).map(
    ({ name, hashKey: key, rangeKey, projectionType, nonKeyAttributes, readCapacity, writeCapacity, ...rest }) => {
      nothingElse(rest);
      return {
        IndexName: name,
        KeySchema: keySchema(needed(key, `hashKey of index ${name}`), rangeKey),
        ...projection(projectionType, nonKeyAttributes),
        ...throughput(billingMode, { readCapacity, writeCapacity }, `index ${name}`),
      };
    },
  );
  const locals = (inputs.localSecondaryIndexes ?? []).map(({ name, rangeKey, projectionType, nonKeyAttributes }) => ({
    IndexName: name,
    KeySchema: keySchema(hashKey, rangeKey),
    ...projection(projectionType, nonKeyAttributes),
  }));
  const { enabled: encrypted, kmsKeyArn } = inputs.serverSideEncryption ?? { enabled: false };
  return given({
    TableName,
    KeySchema: keySchema(hashKey, inputs.rangeKey),
    AttributeDefinitions: (inputs.attributes ?? []).map(
      ({ name, type }) => ({ AttributeName: name, AttributeType: type }) as AttributeDefinition,
    ),
    BillingMode: billingMode as BillingMode,
    ...throughput(billingMode, inputs, "the table"),
    GlobalSecondaryIndexes: globals.length > 0 ? globals : undefined,
    LocalSecondaryIndexes: locals.length > 0 ? locals : undefined,
    SSESpecification: encrypted
      ? given({ Enabled: true, SSEType: "KMS" as const, KMSMasterKeyId: kmsKeyArn })
      : undefined,
    StreamSpecification: inputs.streamEnabled
      ? { StreamEnabled: true, StreamViewType: needed(inputs.streamViewType, "streamViewType") as StreamViewType }
      : undefined,
    Tags: inputs.tags ? tagList(inputs.tags) : undefined,
  }) as CreateTableCommandInput;
}

function refuseOthers(inputs: TableInputs): void {
  const { name, billingMode, hashKey, rangeKey, attributes, tags, ttl, ...more } = inputs;
  const { globalSecondaryIndexes, localSecondaryIndexes, serverSideEncryption, pointInTimeRecovery, ...others } = more;
  const { deletionProtectionEnabled, streamEnabled, streamViewType, ...last } = others;
  const { readCapacity, writeCapacity, ...rest } = last;
  nothingElse(rest);
  if (deletionProtectionEnabled) throw new Error("deletionProtectionEnabled is true; a stack must be destroyable.");
}

async function createTable({ clients }: World, inputs: TableInputs, logicalName: string) {
  refuseOthers(inputs);
  const TableName = nameFor(inputs.name, logicalName);
  const { TableDescription } = await clients.dynamodb.send(new CreateTableCommand(tableRequest(inputs, TableName)));
  if (inputs.ttl?.enabled) {
    const TimeToLiveSpecification = {
      Enabled: true,
      AttributeName: needed(inputs.ttl.attributeName, "ttl.attributeName"),
    };
    await clients.dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  if (inputs.pointInTimeRecovery?.enabled) {
    const PointInTimeRecoverySpecification = given({
      PointInTimeRecoveryEnabled: true,
      RecoveryPeriodInDays: inputs.pointInTimeRecovery.recoveryPeriodInDays,
    });
    await clients.dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
  const {
    TableArn: arn,
    LatestStreamArn: streamArn = "",
    LatestStreamLabel: streamLabel = "",
  } = TableDescription ?? {};
  return { id: TableName, outputs: { name: TableName, arn, streamArn, streamLabel } };
}

type Item = Record<string, AttributeValue>;

/** An item as the program writes it, in DynamoDB's JSON; not over another of the same key, as with the provider. */
const tableItem = materialiser<aws.dynamodb.TableItemArgs>({
  async create({ clients }, { tableName: TableName, hashKey, rangeKey, item, ...rest }) {
    nothingElse(rest);
    const key = needed(hashKey, "hashKey");
    const Item = JSON.parse(needed(item, "item")) as Item;
    const isNew = { ConditionExpression: "attribute_not_exists(#key)", ExpressionAttributeNames: { "#key": key } };
    await clients.dynamodb.send(new PutItemCommand({ TableName, Item, ...isNew }));
    return { id: [TableName, key, rangeKey, text(Item[key])].filter(Boolean).join("|"), outputs: {} };
  },
  async delete({ clients }, _made, { tableName: TableName, hashKey, rangeKey, item }) {
    const whole = JSON.parse(String(item)) as Item;
    const names = [hashKey, rangeKey].filter((name) => name !== undefined);
    const Key = Object.fromEntries(names.map((name) => [name, whole[name]!]));
    await clients.dynamodb.send(new DeleteItemCommand({ TableName, Key }));
  },
});

const text = (value: AttributeValue | undefined): string => value?.S ?? value?.N ?? "";

export const dynamodb: Materialisers = {
  "aws:dynamodb/tableItem:TableItem": tableItem,
  "aws:dynamodb/table:Table": materialiser<aws.dynamodb.TableArgs>({
    create: createTable,
    async delete({ clients }, { id }) {
      await clients.dynamodb.send(new DeleteTableCommand({ TableName: id }));
    },
  }),
};
