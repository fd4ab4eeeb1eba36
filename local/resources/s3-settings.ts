import {
  type BucketVersioningStatus,
  type EncryptionType,
  type ExpirationStatus,
  type LifecycleRule,
  type ObjectOwnership,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type ServerSideEncryption,
  type ServerSideEncryptionRule,
  type TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type * as aws from "@pulumi/aws";
import type { Clients } from "../clients";
import {
  given,
  goesWithItsParent,
  type Materialisers,
  materialiser,
  needed,
  nothingElse,
  type Plain,
} from "./materialiser";

/** A setting of a bucket: made by one request, and gone when the bucket goes. */
const settingOf = <Args extends { bucket: unknown }>(
  put: (s3: Clients["s3"], bucket: string, inputs: Omit<Plain<Args>, "bucket">) => Promise<unknown>,
) =>
  materialiser<Args>({
    async create({ clients }, { bucket, ...inputs }) {
      const name = String(needed(bucket, "bucket"));
      await put(clients.s3, name, inputs as Omit<Plain<Args>, "bucket">);
      return { id: name, outputs: {} };
    },
    delete: goesWithItsParent,
  });

const publicAccessBlock = settingOf<aws.s3.BucketPublicAccessBlockArgs>(
  (s3, Bucket, { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets, ...rest }) => {
    nothingElse(rest);
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: blockPublicAcls ?? false,
      BlockPublicPolicy: blockPublicPolicy ?? false,
      IgnorePublicAcls: ignorePublicAcls ?? false,
      RestrictPublicBuckets: restrictPublicBuckets ?? false,
    };
    return s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  },
);

type EncryptionRule = NonNullable<Plain<aws.s3.BucketServerSideEncryptionConfigurationArgs>["rules"]>[number];

function encryptionRule({
  applyServerSideEncryptionByDefault: byDefault,
  bucketKeyEnabled,
  blockedEncryptionTypes,
}: EncryptionRule): ServerSideEncryptionRule {
  return given({
    ApplyServerSideEncryptionByDefault:
      byDefault &&
      given({
        SSEAlgorithm: byDefault.sseAlgorithm as ServerSideEncryption,
        KMSMasterKeyID: byDefault.kmsMasterKeyId,
      }),
    BucketKeyEnabled: bucketKeyEnabled,
    BlockedEncryptionTypes: blockedEncryptionTypes && { EncryptionType: blockedEncryptionTypes as EncryptionType[] },
  });
}

const encryption = settingOf<aws.s3.BucketServerSideEncryptionConfigurationArgs>((s3, Bucket, { rules, ...rest }) => {
  nothingElse(rest);
  const ServerSideEncryptionConfiguration = { Rules: needed(rules, "rules").map(encryptionRule) };
  return s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
});

const ownershipControls = settingOf<aws.s3.BucketOwnershipControlsArgs>((s3, Bucket, { rule, ...rest }) => {
  nothingElse(rest);
  const ObjectOwnership = needed(rule, "rule").objectOwnership as ObjectOwnership;
  return s3.send(
    new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }),
  );
});

const versioning = settingOf<aws.s3.BucketVersioningArgs>(async (s3, Bucket, { versioningConfiguration, ...rest }) => {
  nothingElse(rest);
  const { status, ...more } = needed(versioningConfiguration, "versioningConfiguration");
  nothingElse(more);
  // "Disabled" is what a new bucket is, and no status that S3 takes.
  if (status === "Disabled") return;
  const VersioningConfiguration = { Status: status as BucketVersioningStatus };
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
});

type Lifecycle = NonNullable<Plain<aws.s3.BucketLifecycleConfigurationArgs>["rules"]>[number];

/** Rules for a prefix, or for every object, by age; tags, sizes and dates are not carried over. */
function lifecycleRule({ id, status, filter, ...more }: Lifecycle): LifecycleRule {
  const { expiration, noncurrentVersionExpiration: noncurrent, transitions, ...others } = more;
  const { abortIncompleteMultipartUpload: abort, ...rest } = others;
  const { prefix = "", ...otherFilters } = filter ?? {};
  const dates = { "expiration.date": expiration?.date, "transitions.date": transitions?.find(({ date }) => date) };
  nothingElse({ ...rest, ...otherFilters, ...dates });
  return given({
    ID: id,
    Status: status as ExpirationStatus,
    Filter: { Prefix: prefix },
    Expiration:
      expiration && given({ Days: expiration.days, ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker }),
    NoncurrentVersionExpiration:
      noncurrent &&
      given({
        NoncurrentDays: noncurrent.noncurrentDays,
        NewerNoncurrentVersions: noncurrent.newerNoncurrentVersions,
      }),
    Transitions: transitions?.map(({ days, storageClass }) =>
      given({ Days: days, StorageClass: storageClass as TransitionStorageClass }),
    ),
    AbortIncompleteMultipartUpload: abort && given({ DaysAfterInitiation: abort.daysAfterInitiation }),
  });
}

const lifecycle = settingOf<aws.s3.BucketLifecycleConfigurationArgs>((s3, Bucket, { rules, ...rest }) => {
  nothingElse(rest);
  const LifecycleConfiguration = { Rules: needed(rules, "rules").map(lifecycleRule) };
  return s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
});

/** Kept; MiniStack writes no log. */
const logging = settingOf<aws.s3.BucketLoggingArgs>((s3, Bucket, { targetBucket, targetPrefix, ...rest }) => {
  nothingElse(rest);
  const LoggingEnabled = {
    TargetBucket: needed(targetBucket, "targetBucket"),
    TargetPrefix: needed(targetPrefix, "targetPrefix"),
  };
  return s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
});

export const bucketSettings: Materialisers = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": encryption,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownershipControls,
  "aws:s3/bucketVersioning:BucketVersioning": versioning,
  "aws:s3/bucketVersioningV2:BucketVersioningV2": versioning,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": lifecycle,
  "aws:s3/bucketLogging:BucketLogging": logging,
  "aws:s3/bucketLoggingV2:BucketLoggingV2": logging,
};
