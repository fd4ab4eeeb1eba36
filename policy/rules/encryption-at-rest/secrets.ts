import { cis, securityHub, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { is, isSet, regexOf, shown } from "../values";
import { keyed, SAME } from "./keys";

/** Names that say that a value is a secret. */
const SECRET_NAME = /(passw(or)?d|passphrase|secret|token|api-?key|private-?key|credentials?)$/i;

const PARAMETER: Rule = {
  ...SAME,
  name: "ssm-parameter-that-holds-a-secret-is-secure",
  says: "A parameter whose name says that it holds a secret is a SecureString.",
  why: "A String is readable to whoever may read parameters, without use of a key.",
  fix: 'Set type = "SecureString", and keyId for a key of your own.',
  controls: wellArchitected("SEC08-BP02"),
  types: ["aws:ssm/parameter:Parameter"],
  settings: {
    names: {
      type: "string",
      description: "A regular expression, in any case, of names that hold secrets; `.` asks it of every parameter.",
      default: SECRET_NAME.source,
    },
  },
  broken: ({ name, props }, { settings }) => {
    const names = regexOf(settings.names, "i");
    if (names === undefined) return [`setting names is ${shown(settings.names)}, no regular expression.`];
    const holdsSecret = [name, props.name].some((each) => typeof each === "string" && names.test(each));
    return holdsSecret && !is(props.type, "SecureString") ? [`type is ${shown(props.type)}.`] : [];
  },
  passes: [
    { props: { name: "/app/db-password", type: "SecureString" } },
    { props: { name: "/app/table", type: "String" } },
  ],
  fails: [
    { props: { name: "/app/db-password", type: "String" } },
    { name: "apiToken", props: { type: "String" } },
    { props: { name: "/app/table", type: "String" }, settings: { names: "." } },
  ],
};

const ROTATION: Rule = {
  ...SAME,
  name: "kms-key-is-rotated",
  says: "A symmetric key is rotated every year; asymmetric, HMAC and custom-store keys cannot be.",
  why: "What one version of a key has encrypted is all that its loss exposes.",
  fix: "Set enableKeyRotation = true.",
  controls: [...securityHub("KMS.4"), ...cis("4.6")],
  types: ["aws:kms/key:Key"],
  broken: ({ props }) => {
    const { enableKeyRotation: rotated, customerMasterKeySpec: spec, keyUsage: usage, customKeyStoreId: store } = props;
    const symmetric = (!isSet(spec) || spec === "SYMMETRIC_DEFAULT") && (!isSet(usage) || usage === "ENCRYPT_DECRYPT");
    return is(rotated, true) || !symmetric || isSet(store) ? [] : [`enableKeyRotation is ${shown(rotated)}.`];
  },
  remedy: always({ enableKeyRotation: true }),
  passes: [
    { props: { enableKeyRotation: true } },
    { props: { customerMasterKeySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" } },
    { props: { customKeyStoreId: "cks-1" } },
  ],
  fails: [{ props: {} }, { props: { enableKeyRotation: false, customerMasterKeySpec: "SYMMETRIC_DEFAULT" } }],
};

const SECRET: Rule = keyed(
  {
    name: "secretsmanager-secret-is-encrypted",
    says: "A secret is encrypted with a key of an allowed kind.",
    controls: wellArchitected("SEC08-BP02"),
    types: ["aws:secretsmanager/secret:Secret"],
  },
  ["kmsKeyId"],
  "aws-managed",
  ["aws-managed", "customer"],
);

export const SECRETS_AT_REST: readonly Rule[] = [PARAMETER, ROTATION, SECRET];
