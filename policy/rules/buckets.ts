import { ofType, refersTo } from "./links";
import type { Resource } from "./rule";

export const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

/** What newer versions of the provider keep beside a bucket instead of in it, under both of its names. */
export function besides(bucket: Resource, resources: readonly Resource[], noun: string): readonly Resource[] {
  const types = [noun, `${noun}V2`].map((each) => `aws:s3/${each[0]!.toLowerCase()}${each.slice(1)}:${each}`);
  return ofType(resources, ...types).filter((beside) => refersTo(beside, "bucket", bucket));
}

/**
 * Whether load balancers or S3 itself log into the bucket: both deliver only to buckets that S3's own keys (SSE-S3)
 * encrypt (Elastic Load Balancing user guide, "Enable access logs"; S3 user guide, "Enabling server access logging").
 */
export const takesAccessLogs = (bucket: Resource, resources: readonly Resource[]): boolean =>
  LOGGERS.some(([property, ...types]) =>
    ofType(resources, ...types).some((logger) => logger !== bucket && refersTo(logger, property, bucket)),
  );

/** Properties that name a bucket as the place of access logs. */
const LOGGERS: readonly (readonly [property: string, ...types: string[]])[] = [
  ["accessLogs", "aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
  ["accessLogs", "aws:elb/loadBalancer:LoadBalancer"],
  ["healthCheckLogs", "aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
  ["connectionLogs", "aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
  ["targetBucket", "aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"],
  ["logging", "aws:s3/bucket:Bucket"],
  ["loggings", "aws:s3/bucketV2:BucketV2"],
];
