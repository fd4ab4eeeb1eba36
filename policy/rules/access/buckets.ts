import { BUCKETS } from "../buckets";
import { cis, fsbp, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { is, shown, textsIn, UNKNOWN } from "../values";
import { REGISTERED, registering, unlessRegistered } from "./registered";
import { OPEN_TO_ALL } from "./same";

const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

const BLOCKS = [BLOCK, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"];

const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

const all = Object.fromEntries(FLAGS.map((flag) => [flag, true]));

const BLOCKED: Rule = {
  ...OPEN_TO_ALL,
  name: "s3-bucket-blocks-public-access",
  says: "Nothing turns off what keeps a bucket from the public: S3 blocks it since April 2023 unless told otherwise.",
  why: "The block holds even when a policy or an ACL is wrong.",
  fix: `Set ${FLAGS.join(", ")} to true, or register the resource with a reason in the setting registered.`,
  controls: [...fsbp("S3.8"), ...cis("3.1.4"), ...wellArchitected("SEC03-BP07")],
  types: BLOCKS,
  settings: REGISTERED,
  broken: unlessRegistered(({ props }) =>
    FLAGS.filter((flag) => !is(props[flag], true)).map((flag) => `${flag} is ${shown(props[flag])}.`),
  ),
  remedy: always(all),
  passes: [...BLOCKS.map((type) => ({ type, props: all })), { props: {}, settings: registering() }],
  fails: [{ props: {} }, { props: { ...all, restrictPublicBuckets: false } }],
};

const PUBLIC_ACL = ["public-read", "public-read-write", "website", "authenticated-read"];

const WITH_ACL = [
  ...BUCKETS,
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketObject:BucketObject",
  "aws:s3/bucketObjectv2:BucketObjectv2",
];

const ACL: Rule = {
  ...OPEN_TO_ALL,
  name: "s3-bucket-has-no-public-acl",
  says: "No bucket or object is given an ACL that lets everybody read or write.",
  why: "An ACL is the one permission that no policy review shows.",
  fix: "Leave the ACL out; to publish files, put CloudFront with an origin access control before a private bucket.",
  controls: fsbp("S3.2", "S3.3", "S3.12"),
  types: WITH_ACL,
  settings: REGISTERED,
  broken: unlessRegistered(({ props: { acl, grants, accessControlPolicy } }) => [
    ...(PUBLIC_ACL.includes(String(acl === UNKNOWN ? "" : acl)) ? [`acl is ${shown(acl)}.`] : []),
    ...textsIn([grants, accessControlPolicy])
      .filter((grantee) => /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/.test(grantee))
      .map((grantee) => `it is granted to ${grantee}.`),
  ]),
  passes: [{ props: {} }, { props: { acl: "private" } }, { props: { acl: "public-read" }, settings: registering() }],
  fails: [
    ...WITH_ACL.map((type) => ({ type, props: { acl: "public-read" } })),
    {
      props: {
        grants: [{ type: "Group", permissions: ["READ"], uri: "http://acs.amazonaws.com/groups/global/AllUsers" }],
      },
    },
    {
      type: "aws:s3/bucketAcl:BucketAcl",
      props: {
        accessControlPolicy: {
          grants: [
            {
              grantee: { type: "Group", uri: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" },
              permission: "READ",
            },
          ],
        },
      },
    },
  ],
};

export const BUCKETS_CLOSED: readonly Rule[] = [BLOCKED, ACL];
