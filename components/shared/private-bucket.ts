import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy, type Statement } from "./access";
import { tlsOnly } from "./dead-letters";

export interface PrivateBucketArgs {
  /** Physical name. */
  readonly name: pulumi.Input<string>;
  /** Days after which an object goes. */
  readonly expireDays: number;
  /** A key of ours; S3's own when left out. */
  readonly key?: aws.kms.Key;
  /** Who may what beside those whose own policies let them; nobody when left out. */
  readonly statements?: (bucket: aws.s3.Bucket) => readonly Statement[];
}

/**
 * A bucket that nobody outside the account can be let into, by TLS only, in which objects live for so many days. Encrypted, without access
 * lists. `pulumi destroy` empties it. Costs what lies in it, about $0.023 a GB and month.
 */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: PrivateBucketArgs, opts: pulumi.ComponentResourceOptions) {
    super("sluice:shared:PrivateBucket", name, {}, opts);
    if (!Number.isInteger(args.expireDays) || args.expireDays < 1)
      throw new pulumi.ResourceError(`${name}: expireDays is ${args.expireDays}; give a whole number from 1.`, this);
    const parent = { parent: this };
    this.bucket = new aws.s3.Bucket(`${name}-bucket`, { bucket: args.name, forceDestroy: true }, parent);
    const bucket = this.bucket.bucket;
    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-access`,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      parent,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      parent,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [encryptionBy(args.key)] },
      parent,
    );
    // Versions would keep what the lifecycle and an erasure take away; every object here is written once.
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: [{ id: "expire", status: "Enabled", filter: { prefix: "" }, ...lifecycleOf(args.expireDays) }] },
      parent,
    );
    const { arn } = this.bucket;
    const tls = tlsOnly("s3:*", [arn, pulumi.interpolate`${arn}/*`]);
    this.policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: policy([tls, ...(args.statements?.(this.bucket) ?? [])]) },
      { ...parent, dependsOn: [closed] },
    );
    this.registerOutputs({ bucketName: bucket, bucketArn: arn });
  }
}

const encryptionBy = (key: aws.kms.Key | undefined) =>
  key
    ? {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
        bucketKeyEnabled: true, // one request to KMS for many objects
      }
    : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };

const lifecycleOf = (days: number) => ({
  expiration: { days },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
});
