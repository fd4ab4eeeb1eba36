import { BUCKETS, besides, takesAccessLogs } from "../buckets";
import { cis, fsbp, securityHub } from "../controls";
import { ofType } from "../links";
import type { Rule } from "../rule";
import { at, is, isSet, listOf, shown, UNKNOWN } from "../values";
import { encrypted, KEY, keysSetting, kindOf, refused, SAME } from "./keys";

const SSE = "ServerSideEncryptionConfiguration";

const BESIDE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

const byDefault = (sseAlgorithm: string, kmsMasterKeyId?: string) => ({
  applyServerSideEncryptionByDefault: { sseAlgorithm, ...(kmsMasterKeyId ? { kmsMasterKeyId } : {}) },
});

const BUCKET: Rule = {
  ...SAME,
  name: "s3-bucket-is-encrypted",
  says: "A bucket is encrypted with a KMS key of an allowed kind; one that takes access logs, with S3's own.",
  why: "S3 always encrypts; with its own keys, whoever may read the bucket needs no key, and no use of one is on record.",
  fix: `Add a Bucket${SSE} with sseAlgorithm aws:kms and bucketKeyEnabled, or allow aws-owned in the setting keys.`,
  controls: securityHub("S3.17"),
  types: [...BUCKETS],
  ofStack: true,
  settings: keysSetting(["aws-managed", "customer"]),
  broken: (bucket, context) => {
    const inside = bucket.props.serverSideEncryptionConfiguration ?? bucket.props.serverSideEncryptionConfigurations;
    const beside = besides(bucket, context.resources, `Bucket${SSE}`).map(({ props }) => props);
    const rules = [inside, ...beside].map((each) =>
      each === UNKNOWN ? each : (at(each, "rules") ?? at(each, "rule")),
    );
    const applied = rules.map(
      (rule) => at(rule, "applyServerSideEncryptionByDefault") ?? at(rule, "applyServerSideEncryptionByDefaults"),
    );
    const kinds = applied.map((each) => {
      const algorithm = at(each, "sseAlgorithm");
      if (algorithm === UNKNOWN) return UNKNOWN;
      return String(algorithm).startsWith("aws:kms") ? kindOf(at(each, "kmsMasterKeyId"), "aws-managed") : "aws-owned";
    });
    const kind = kinds.find((each) => each !== "aws-owned") ?? "aws-owned";
    if (kind === "aws-owned" && takesAccessLogs(bucket, context.resources)) return [];
    return refused(kind, context, "default encryption", applied.find(isSet) ?? "AES256");
  },
  passes: [
    {
      props: { id: "logs" },
      among: [{ type: BESIDE, props: { bucket: "logs", rules: [byDefault("aws:kms", KEY)] } }],
      settings: { keys: ["customer"] },
    },
    { props: { serverSideEncryptionConfiguration: { rule: byDefault("aws:kms") } } },
    {
      type: BUCKETS[1],
      props: {
        serverSideEncryptionConfigurations: [
          { rules: [{ applyServerSideEncryptionByDefaults: [{ sseAlgorithm: "aws:kms" }] }] },
        ],
      },
    },
    {
      props: { bucket: "access-logs" },
      among: [
        {
          type: "aws:lb/loadBalancer:LoadBalancer",
          props: { accessLogs: { bucket: "access-logs", enabled: true } },
        },
      ],
    },
    { props: {}, settings: { keys: ["aws-owned"] } },
  ],
  fails: [
    { props: {} },
    { props: { serverSideEncryptionConfiguration: { rule: byDefault("AES256") } } },
    {
      props: { id: "logs" },
      among: [{ type: BESIDE, props: { bucket: "other", rules: [byDefault("aws:kms", KEY)] } }],
    },
    {
      props: { serverSideEncryptionConfiguration: { rule: byDefault("aws:kms") } },
      settings: { keys: ["customer"] },
    },
  ],
};

const INSTANCES = ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"];

const BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault";

const DISKS: Rule = {
  ...SAME,
  name: "ec2-instance-disks-are-encrypted",
  says: "The disks that an instance or a launch template describes are encrypted.",
  fix: "Set encrypted = true on each block device, or make an EncryptionByDefault in the stack.",
  controls: [...fsbp("EC2.3", "EC2.7", "EC2.181"), ...cis("6.1.1")],
  types: INSTANCES,
  ofStack: true,
  broken: ({ type, props }, { resources }) => {
    if (ofType(resources, BY_DEFAULT).some(({ props: { enabled } }) => enabled !== false)) return [];
    const disks: readonly (readonly [string, unknown])[] =
      type === INSTANCES[0]
        ? [
            ["rootBlockDevice", props.rootBlockDevice ?? {}],
            ...listOf(props.ebsBlockDevices).map((disk) => ["ebsBlockDevices", disk] as const),
          ]
        : listOf(props.blockDeviceMappings)
            .filter((disk) => !isSet(at(disk, "virtualName")) && at(disk, "noDevice") === undefined)
            .map((disk) => ["blockDeviceMappings.ebs", at(disk, "ebs") ?? {}] as const);
    return disks
      .filter(
        ([, disk]) => disk !== UNKNOWN && !is(at(disk, "encrypted"), true, "true") && !isSet(at(disk, "kmsKeyId")),
      )
      .map(([path, disk]) => `${path}.encrypted is ${shown(at(disk, "encrypted"))}.`);
  },
  passes: [
    { type: INSTANCES[0]!, props: { rootBlockDevice: { encrypted: true } } },
    { type: INSTANCES[0]!, props: {}, among: [{ type: BY_DEFAULT, props: { enabled: true } }] },
    { type: INSTANCES[1]!, props: { blockDeviceMappings: [{ ebs: { encrypted: "true" } }] } },
    { type: INSTANCES[1]!, props: {} },
  ],
  fails: [
    { type: INSTANCES[0]!, props: {} },
    {
      type: INSTANCES[0]!,
      props: { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdb" }] },
    },
    { type: INSTANCES[1]!, props: { blockDeviceMappings: [{ ebs: { volumeSize: 8 } }] } },
  ],
};

const VOLUME: Rule = encrypted(
  {
    name: "ebs-volume-is-encrypted",
    says: "A volume is encrypted.",
    controls: fsbp("EC2.3"),
    types: ["aws:ebs/volume:Volume"],
  },
  [{ path: ["encrypted"], value: true }],
  [{ encrypted: true }],
);

const FILE_SYSTEM: Rule = encrypted(
  {
    name: "efs-file-system-is-encrypted",
    says: "A file system is encrypted.",
    controls: [...fsbp("EFS.8"), ...cis("3.3.1")],
    types: ["aws:efs/fileSystem:FileSystem"],
  },
  [{ path: ["encrypted"], value: true }],
  [{ encrypted: true }],
);

export const STORAGE_AT_REST: readonly Rule[] = [BUCKET, DISKS, VOLUME, FILE_SYSTEM];
