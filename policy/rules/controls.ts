/** A control of a published framework, by its own id and title. */
export interface Control {
  readonly framework: string;
  readonly version: string;
  readonly id: string;
  readonly title: string;
}

/** AWS Foundational Security Best Practices v1.0.0 (Security Hub user guide, "AWS Foundational Security Best Practices standard"). */
const FSBP = {
  "APIGateway.3": "API Gateway REST API stages should have AWS X-Ray tracing enabled",
  "APIGateway.4": "API Gateway should be associated with a WAF Web ACL",
  "APIGateway.8": "API Gateway routes should specify an authorization type",
  "APIGateway.9": "Access logging should be configured for API Gateway V2 Stages",
  "CloudFront.10":
    "CloudFront distributions should not use deprecated SSL protocols between edge locations and custom origins",
  "CloudFront.15": "CloudFront distributions should use the recommended TLS security policy",
  "CloudFront.3": "CloudFront distributions should require encryption in transit",
  "CloudFront.5": "CloudFront distributions should have logging enabled",
  "CloudFront.6": "CloudFront distributions should have WAF enabled",
  "CloudFront.9": "CloudFront distributions should encrypt traffic to custom origins",
  "CodeBuild.2": "CodeBuild project environment variables should not contain clear text credentials",
  "DMS.1": "Database Migration Service replication instances should not be public",
  "DataFirehose.1": "Firehose delivery streams should be encrypted at rest",
  "DocumentDB.1": "Amazon DocumentDB clusters should be encrypted at rest",
  "DynamoDB.2": "DynamoDB tables should have point-in-time recovery enabled",
  "DynamoDB.3": "DynamoDB Accelerator (DAX) clusters should be encrypted at rest",
  "DynamoDB.7": "DynamoDB Accelerator clusters should be encrypted in transit",
  "EC2.170": "EC2 launch templates should use Instance Metadata Service Version 2 (IMDSv2)",
  "EC2.18": "Security groups should only allow unrestricted incoming traffic for authorized ports",
  "EC2.181": "EC2 launch templates should enable encryption for attached EBS volumes",
  "EC2.19": "Security groups should not allow unrestricted access to ports with high risk",
  "EC2.2": "VPC default security groups should not allow inbound or outbound traffic",
  "EC2.3": "Attached Amazon EBS volumes should be encrypted at-rest",
  "EC2.6": "VPC flow logging should be enabled in all VPCs",
  "EC2.7": "EBS default encryption should be enabled",
  "EC2.8": "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)",
  "EC2.9": "Amazon EC2 instances should not have a public IPv4 address",
  "ECS.2": "ECS services should not have public IP addresses assigned to them automatically",
  "ECS.8": "Secrets should not be passed as container environment variables",
  "EFS.8": "EFS file systems should be encrypted at rest",
  "EKS.1": "EKS cluster endpoints should not be publicly accessible",
  "ELB.1": "Application Load Balancer should be configured to redirect all HTTP requests to HTTPS",
  "ELB.17": "Application and Network Load Balancers with listeners should use recommended security policies",
  "ELB.18": "Application and Network Load Balancer listeners should use secure protocols to encrypt data in transit",
  "ELB.22": "ELB target groups should use encrypted transport protocols",
  "ELB.3": "Classic Load Balancer listeners should be configured with HTTPS or TLS termination",
  "ELB.5": "Application and Classic Load Balancers logging should be enabled",
  "ElastiCache.4": "ElastiCache replication groups should be encrypted at rest",
  "ElastiCache.5": "ElastiCache replication groups should be encrypted in transit",
  "IAM.1": 'IAM policies should not allow full "*" administrative privileges',
  "IAM.21": "IAM customer managed policies that you create should not allow wildcard actions for services",
  "KMS.5": "KMS keys should not be publicly accessible",
  "Kinesis.1": "Kinesis streams should be encrypted at rest",
  "Lambda.1": "Lambda function policies should prohibit public access",
  "Lambda.2": "Lambda functions should use supported runtimes",
  "Neptune.1": "Neptune DB clusters should be encrypted at rest",
  "Opensearch.1": "OpenSearch domains should have encryption at rest enabled",
  "Opensearch.3": "OpenSearch domains should encrypt data sent between nodes",
  "Opensearch.8": "Connections to OpenSearch domains should be encrypted using the latest TLS security policy",
  "RDS.11": "RDS instances should have automatic backups enabled",
  "RDS.2": "RDS DB Instances should prohibit public access, as determined by the PubliclyAccessible configuration",
  "RDS.27": "RDS DB clusters should be encrypted at rest",
  "RDS.3": "RDS DB instances should have encryption at-rest enabled",
  "Redshift.1": "Amazon Redshift clusters should prohibit public access",
  "Redshift.10": "Redshift clusters should be encrypted at rest",
  "Redshift.2": "Connections to Amazon Redshift clusters should be encrypted in transit",
  "RedshiftServerless.2": "Connections to Redshift Serverless workgroups should be required to use SSL",
  "RedshiftServerless.3": "Redshift Serverless workgroups should prohibit public access",
  "S3.12": "ACLs should not be used to manage user access to S3 general purpose buckets",
  "S3.2": "S3 general purpose buckets should block public read access",
  "S3.3": "S3 general purpose buckets should block public write access",
  "S3.5": "S3 general purpose buckets should require requests to use TLS",
  "S3.8": "S3 general purpose buckets should block public access",
  "SNS.4": "SNS topic access policies should not allow public access",
  "SQS.1": "Amazon SQS queues should be encrypted at rest",
  "SQS.3": "SQS queue access policies should not allow public access",
  "StepFunctions.1": "Step Functions state machines should have logging turned on",
} as const;

/** Controls of AWS Security Hub that are in other standards of it than FSBP. */
const SECURITY_HUB = {
  "CloudWatch.15": "CloudWatch alarms should have specified actions configured",
  "CloudWatch.16": "CloudWatch log groups should be retained for a specified time period",
  "CloudWatch.17": "CloudWatch alarm actions should be enabled",
  "ELB.16": "Application Load Balancers should be associated with an AWS WAF web ACL",
  "KMS.4": "AWS KMS key rotation should be enabled",
  "Lambda.7": "Lambda functions should have AWS X-Ray active tracing enabled",
  "RedshiftServerless.4": "Redshift Serverless namespaces should be encrypted with customer managed AWS KMS keys",
  "S3.17": "S3 general purpose buckets should be encrypted at rest with AWS KMS keys",
  "SNS.1": "SNS topics should be encrypted at-rest using AWS KMS",
  "WAF.11": "AWS WAF web ACL logging should be enabled",
} as const;

/** CIS Amazon Web Services Foundations Benchmark v7.0.0. */
const CIS = {
  "2.14": 'Ensure IAM policies that allow full "*:*" administrative privileges are not attached',
  "2.21": "Ensure AWS resource policies do not allow unrestricted access using 'Principal': '*'",
  "3.1.1": "Ensure S3 Bucket Policy is set to deny HTTP requests",
  "3.1.4": "Ensure that S3 is configured with 'Block Public Access' enabled",
  "3.2.1": "Ensure that encryption-at-rest is enabled for RDS instances",
  "3.2.3": "Ensure that RDS instances are not publicly accessible",
  "3.3.1": "Ensure that encryption is enabled for EFS file systems",
  "4.10": "Ensure all AWS-managed web front-end services have access logging enabled",
  "4.6": "Ensure rotation for customer-created symmetric CMKs is enabled",
  "4.7": "Ensure VPC flow logging is enabled in all VPCs",
  "6.1.1": "Ensure EBS volume encryption is enabled in all regions",
  "6.3": "Ensure no security groups allow ingress from 0.0.0.0/0 to remote server administration ports",
  "6.4": "Ensure no security groups allow ingress from ::/0 to remote server administration ports",
  "6.5": "Ensure the default security group of every VPC restricts all traffic",
  "6.7": "Ensure that the EC2 Metadata Service only allows IMDSv2",
} as const;

/** Best practices of the AWS Well-Architected Framework. */
const WELL_ARCHITECTED = {
  "COST03-BP02": "Add organization information to cost and usage",
  "REL05-BP02": "Throttle requests",
  "REL05-BP03": "Control and limit retry calls",
  "REL06-BP01": "Monitor all components for the workload (Generation)",
  "REL06-BP03": "Send notifications (Real-time processing and alarming)",
  "REL09-BP03": "Perform data backup automatically",
  "SEC02-BP03": "Store and use secrets securely",
  "SEC03-BP02": "Grant least privilege access",
  "SEC03-BP07": "Analyze public and cross-account access",
  "SEC04-BP01": "Configure service and application logging",
  "SEC05-BP02": "Control traffic flow within your network layers",
  "SEC05-BP03": "Implement inspection-based protection",
  "SEC06-BP01": "Perform vulnerability management",
  "SEC08-BP02": "Enforce encryption at rest",
  "SEC09-BP02": "Enforce encryption in transit",
} as const;

const of =
  <Id extends string>(framework: string, version: string, titles: Readonly<Record<Id, string>>) =>
  (...ids: readonly Id[]): readonly Control[] =>
    ids.map((id) => ({ framework, version, id, title: titles[id] }));

export const fsbp = of("AWS FSBP", "1.0.0", FSBP);
export const securityHub = of("AWS Security Hub", "", SECURITY_HUB);
export const cis = of("CIS AWS Foundations", "7.0.0", CIS);
export const wellArchitected = of("AWS Well-Architected", "", WELL_ARCHITECTED);
