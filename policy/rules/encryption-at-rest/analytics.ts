import { wellArchitected } from "../controls";
import { ofType } from "../links";
import type { Rule } from "../rule";
import { at, is, isSet, shown } from "../values";
import { KEY, SAME } from "./keys";

const ATHENA: Rule = {
  ...SAME,
  name: "athena-workgroup-encrypts-results",
  says: "A workgroup has its results encrypted, whatever its clients ask for.",
  fix: "Set configuration.resultConfiguration.encryptionConfiguration.encryptionOption, and leave enforceWorkgroupConfiguration on.",
  controls: wellArchitected("SEC08-BP02"),
  types: ["aws:athena/workgroup:Workgroup"],
  broken: ({ props }) => {
    const path = ["resultConfiguration", "encryptionConfiguration", "encryptionOption"];
    const option = at(props, "configuration", ...path);
    const managed = at(props, "configuration", "managedQueryResultsConfiguration", "enabled");
    return [
      ...(isSet(option) || is(managed, true) ? [] : [`configuration.${path.join(".")} is ${shown(option)}.`]),
      ...(at(props, "configuration", "enforceWorkgroupConfiguration") === false
        ? ["configuration.enforceWorkgroupConfiguration is false."]
        : []),
    ];
  },
  passes: [
    {
      props: {
        configuration: {
          resultConfiguration: { encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: KEY } },
        },
      },
    },
    { props: { configuration: { managedQueryResultsConfiguration: { enabled: true } } } },
  ],
  fails: [
    { props: {} },
    { props: { configuration: { resultConfiguration: { outputLocation: "s3://results/" } } } },
    {
      props: {
        configuration: {
          enforceWorkgroupConfiguration: false,
          resultConfiguration: { encryptionConfiguration: { encryptionOption: "SSE_S3" } },
        },
      },
    },
  ],
};

const CATALOG = "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings";

const catalogSettings = (mode: string, passwords: boolean) => ({
  dataCatalogEncryptionSettings: {
    encryptionAtRest: { catalogEncryptionMode: mode, sseAwsKmsKeyId: KEY },
    connectionPasswordEncryption: { returnConnectionPasswordEncrypted: passwords, awsKmsKeyId: KEY },
  },
});

const GLUE: Rule = {
  ...SAME,
  name: "glue-catalog-is-encrypted",
  says: "A data catalog's settings encrypt its metadata and its connections' passwords.",
  why: "Table names, columns and connection passwords are in the catalog; by default it is not encrypted.",
  fix: "Set encryptionAtRest.catalogEncryptionMode = SSE-KMS and connectionPasswordEncryption.returnConnectionPasswordEncrypted = true.",
  controls: wellArchitected("SEC08-BP02"),
  types: [CATALOG],
  broken: ({ props: { dataCatalogEncryptionSettings: settings } }) => {
    const mode = at(settings, "encryptionAtRest", "catalogEncryptionMode");
    const passwords = at(settings, "connectionPasswordEncryption", "returnConnectionPasswordEncrypted");
    return [
      ...(is(mode, "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE") ? [] : [`catalogEncryptionMode is ${shown(mode)}.`]),
      ...(is(passwords, true) ? [] : [`returnConnectionPasswordEncrypted is ${shown(passwords)}.`]),
    ];
  },
  passes: [{ props: catalogSettings("SSE-KMS", true) }],
  fails: [{ props: catalogSettings("DISABLED", true) }, { props: catalogSettings("SSE-KMS", false) }],
};

const DATABASE = "aws:glue/catalogDatabase:CatalogDatabase";

const GLUE_SETTINGS: Rule = {
  ...SAME,
  name: "glue-database-is-in-an-encrypted-catalog",
  says: "A stack that makes databases of a data catalog sets the catalog's encryption.",
  why: "The settings are the account's, apart from any database; nothing else would notice that they are missing.",
  fix: "Add a DataCatalogEncryptionSettings, or turn the rule off where another stack of the account has it.",
  level: "advisory",
  controls: wellArchitected("SEC08-BP02"),
  types: [DATABASE],
  ofStack: true,
  broken: (_, { resources }) =>
    ofType(resources, CATALOG).length > 0 ? [] : ["the stack has no DataCatalogEncryptionSettings."],
  passes: [{ props: { name: "lake" }, among: [{ type: CATALOG, props: catalogSettings("SSE-KMS", true) }] }],
  fails: [{ props: { name: "lake" } }],
};

export const ANALYTICS_AT_REST: readonly Rule[] = [ATHENA, GLUE, GLUE_SETTINGS];
