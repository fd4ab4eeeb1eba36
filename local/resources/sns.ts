import {
  CreateTopicCommand,
  DeleteTopicCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import type * as aws from "@pulumi/aws";
import {
  documentText,
  given,
  goesWithItsParent,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  tagList,
} from "./materialiser";

const topic = materialiser<aws.sns.TopicArgs>({
  async create(
    { clients, account },
    { name, kmsMasterKeyId, displayName, policy, tracingConfig, tags, ...rest },
    logicalName,
  ) {
    nothingElse(rest);
    const Name = nameFor(name, logicalName);
    const Attributes = given({
      KmsMasterKeyId: kmsMasterKeyId,
      DisplayName: displayName,
      Policy: policy === undefined ? undefined : documentText(policy),
      TracingConfig: tracingConfig,
    });
    const { TopicArn } = await clients.sns.send(new CreateTopicCommand({ Name, Attributes, Tags: tagList(tags) }));
    const arn = needed(TopicArn, "the topic's ARN");
    return { id: arn, outputs: { name: Name, arn, owner: account } };
  },
  async delete({ clients }, { id }) {
    await clients.sns.send(new DeleteTopicCommand({ TopicArn: id }));
  },
});

const topicPolicy = materialiser<aws.sns.TopicPolicyArgs>({
  async create({ clients, account }, { arn, policy, ...rest }) {
    nothingElse(rest);
    const TopicArn = needed(arn, "arn");
    const attribute = { AttributeName: "Policy", AttributeValue: documentText(policy) };
    await clients.sns.send(new SetTopicAttributesCommand({ TopicArn, ...attribute }));
    return { id: TopicArn, outputs: { owner: account } };
  },
  delete: goesWithItsParent,
});

const subscription = materialiser<aws.sns.TopicSubscriptionArgs>({
  async create({ clients, account }, { topic: TopicArn, protocol, endpoint, ...more }) {
    const { rawMessageDelivery, filterPolicy, filterPolicyScope, redrivePolicy, ...rest } = more;
    nothingElse(rest);
    const Attributes = given({
      RawMessageDelivery: rawMessageDelivery ? "true" : undefined,
      FilterPolicy: filterPolicy,
      FilterPolicyScope: filterPolicyScope,
      RedrivePolicy: redrivePolicy,
    });
    const request = {
      TopicArn: String(TopicArn),
      Protocol: protocol,
      Endpoint: endpoint,
      Attributes,
      ReturnSubscriptionArn: true,
    };
    const { SubscriptionArn } = await clients.sns.send(new SubscribeCommand(request));
    const arn = needed(SubscriptionArn, "the subscription's ARN");
    const pendingConfirmation = String(protocol).startsWith("email");
    return { id: arn, outputs: { arn, ownerId: account, pendingConfirmation } };
  },
  async delete({ clients }, { id }) {
    await clients.sns.send(new UnsubscribeCommand({ SubscriptionArn: id }));
  },
});

export const sns: Materialisers = {
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
  "aws:sns/topicSubscription:TopicSubscription": subscription,
};
