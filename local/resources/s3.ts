import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type * as aws from "@pulumi/aws";
import {
  documentText,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  tagList,
  type World,
} from "./materialiser";
import { bucketNotification } from "./s3-notification";
import { bucketSettings } from "./s3-settings";

type BucketInputs = Plain<aws.s3.BucketArgs>;

/** Digits that make a prefix a name. */
const DIGITS = 7;

function bucketName({ bucket, bucketPrefix }: BucketInputs, logicalName: string): string {
  const name = nameFor(bucket, logicalName);
  return bucket === undefined && bucketPrefix !== undefined ? `${bucketPrefix}${name.slice(-DIGITS)}` : name;
}

async function createBucket({ clients, region }: World, inputs: BucketInputs, logicalName: string) {
  const { bucket: _name, bucketPrefix: _prefix, forceDestroy: _deletes, objectLockEnabled, tags, ...rest } = inputs;
  nothingElse(rest);
  if (objectLockEnabled) throw new Error("objectLockEnabled is true; a stack must be destroyable.");
  const Bucket = bucketName(inputs, logicalName);
  await clients.s3.send(new CreateBucketCommand({ Bucket }));
  if (tags) await clients.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(tags) } }));
  const outputs = {
    bucket: Bucket,
    arn: `arn:aws:s3:::${Bucket}`,
    bucketDomainName: `${Bucket}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${Bucket}.s3.${region}.amazonaws.com`,
    bucketRegion: region,
  };
  return { id: Bucket, outputs };
}

/** Deletes every version of every object, and what marks objects as deleted: a page of the list at a time. */
async function empty(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    const [first] = Errors;
    if (first) throw new Error(`${Bucket}/${first.Key} was not deleted: ${first.Code} ${first.Message}`);
  }
}

const bucket = materialiser<aws.s3.BucketArgs>({
  create: createBucket,
  async delete({ clients: { s3 } }, { id }, { forceDestroy }) {
    if (forceDestroy) await empty(s3, id);
    await s3.send(new DeleteBucketCommand({ Bucket: id }));
  },
});

/** Goes before its bucket: it may deny what emptying the bucket takes. */
const bucketPolicy = materialiser<aws.s3.BucketPolicyArgs>({
  async create({ clients }, { bucket, policy, ...rest }) {
    nothingElse(rest);
    const Bucket = needed(bucket, "bucket");
    await clients.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: documentText(policy) }));
    return { id: Bucket, outputs: {} };
  },
  async delete({ clients }, { id }) {
    await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: id }));
  },
});

/** Both spellings of the provider where it has two. */
export const s3: Materialisers = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:s3/bucketPolicy:BucketPolicy": bucketPolicy,
  "aws:s3/bucketNotification:BucketNotification": bucketNotification,
  ...bucketSettings,
};
