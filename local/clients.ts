import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { WAFV2Client } from "@aws-sdk/client-wafv2";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** Keys that requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where requests go: an endpoint on this machine, or AWS when it is left out. */
export interface Place {
  readonly endpoint?: string;
  readonly region: string;
}

/** One SDK client a service, made when it is first asked for. */
export class Clients {
  readonly #made = new Map<unknown, { destroy(): void }>();
  readonly #settings: Place & { readonly credentials?: Credentials };

  /** @param credentials the SDK's default chain when left out */
  constructor({ endpoint, region }: Place, credentials?: Credentials) {
    this.#settings = { region, ...(endpoint ? { endpoint } : {}), ...(credentials ? { credentials } : {}) };
  }

  get apiGateway(): APIGatewayClient {
    return this.#of(APIGatewayClient);
  }
  get cloudwatch(): CloudWatchClient {
    return this.#of(CloudWatchClient);
  }
  get dynamodb(): DynamoDBClient {
    return this.#of(DynamoDBClient);
  }
  get ec2(): EC2Client {
    return this.#of(EC2Client);
  }
  get events(): EventBridgeClient {
    return this.#of(EventBridgeClient);
  }
  get iam(): IAMClient {
    return this.#of(IAMClient);
  }
  get kinesis(): KinesisClient {
    return this.#of(KinesisOverHttp1);
  }
  get kms(): KMSClient {
    return this.#of(KMSClient);
  }
  get lambda(): LambdaClient {
    return this.#of(LambdaClient);
  }
  get loadBalancing(): ElasticLoadBalancingV2Client {
    return this.#of(ElasticLoadBalancingV2Client);
  }
  get logs(): CloudWatchLogsClient {
    return this.#of(CloudWatchLogsClient);
  }
  get s3(): S3Client {
    return this.#of(S3ByPath);
  }
  get secrets(): SecretsManagerClient {
    return this.#of(SecretsManagerClient);
  }
  get sns(): SNSClient {
    return this.#of(SNSClient);
  }
  get sqs(): SQSClient {
    return this.#of(SQSClient);
  }
  get ssm(): SSMClient {
    return this.#of(SSMClient);
  }
  get sts(): STSClient {
    return this.#of(STSClient);
  }
  get waf(): WAFV2Client {
    return this.#of(WAFV2Client);
  }

  /** Closes every connection. */
  close(): void {
    for (const client of this.#made.values()) client.destroy();
    this.#made.clear();
  }

  #of<Client extends { destroy(): void }>(
    make: new (settings: Place & { credentials?: Credentials }) => Client,
  ): Client {
    const known = this.#made.get(make) as Client | undefined;
    if (known) return known;
    const client = new make(this.#settings);
    this.#made.set(make, client);
    return client;
  }
}

/** The client's own handler speaks HTTP/2, which the embedded cloud does not. */
class KinesisOverHttp1 extends KinesisClient {
  constructor(settings: Place & { credentials?: Credentials }) {
    super({ ...settings, requestHandler: new NodeHttpHandler() });
  }
}

/** A bucket's own host name is not known on this machine. */
class S3ByPath extends S3Client {
  constructor(settings: Place & { credentials?: Credentials }) {
    super({ ...settings, forcePathStyle: settings.endpoint !== undefined });
  }
}
