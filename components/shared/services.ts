/** Services that a gateway endpoint reaches, without charge. */
export const GATEWAY_SERVICES = ["dynamodb", "s3"] as const;
export type GatewayService = (typeof GATEWAY_SERVICES)[number];

/** Services that may get an interface endpoint, by the last part of their endpoint's name. */
export const INTERFACE_SERVICES = [
  "kinesis-streams",
  "lambda",
  "sqs",
  "ssm",
  "kms",
  "logs",
  "xray",
  "secretsmanager",
] as const;
export type InterfaceService = (typeof INTERFACE_SERVICES)[number];

/** Every service that an Access can call. */
export type AwsService = GatewayService | InterfaceService | "events" | "sns";
