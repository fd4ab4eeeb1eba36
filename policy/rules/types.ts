/** Type tokens that several rules look at, and what their examples call things. */
export const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
export const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
export const FUNCTION = "aws:lambda/function:Function";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const QUEUE = "aws:sqs/queue:Queue";
export const REST_API = "aws:apigateway/restApi:RestApi";
export const ROLE = "aws:iam/role:Role";
export const STAGE = "aws:apigateway/stage:Stage";
export const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
export const TABLE = "aws:dynamodb/table:Table";
export const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
export const VPC = "aws:ec2/vpc:Vpc";

/** Every address there is. */
export const WORLD = ["0.0.0.0/0", "::/0"];

export const QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:q";
export const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";
