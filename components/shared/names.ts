/** What a service accepts as a name: its length and characters, from each service's API reference. */
interface Form {
  readonly prefix: string;
  readonly shortest: number;
  readonly longest: number;
  readonly allowed: RegExp;
  readonly characters: string;
}

const form = (prefix: string, longest: number, allowed: RegExp, characters: string, shortest = 1): Form => ({
  prefix,
  shortest,
  longest,
  allowed,
  characters,
});
const WORD = /^[A-Za-z0-9_-]+$/;
const DOTTED = /^[A-Za-z0-9._-]+$/;
const WORD_SAYS = "letters, digits, - and _";
const DOTTED_SAYS = "letters, digits, ., - and _";

const FORMS = {
  lambda: form("lambda", 64, WORD, WORD_SAYS),
  role: form("role", 64, /^[\w+=,.@-]+$/, "letters, digits and _+=,.@-"),
  table: form("table", 255, DOTTED, DOTTED_SAYS, 3),
  queue: form("queue", 80, WORD, WORD_SAYS),
  topic: form("topic", 256, WORD, WORD_SAYS),
  bus: form("bus", 256, DOTTED, DOTTED_SAYS),
  rule: form("rule", 64, DOTTED, DOTTED_SAYS),
  archive: form("archive", 48, DOTTED, DOTTED_SAYS),
  alias: form("alias/key", 256, /^alias\/[A-Za-z0-9/_-]+$/, "letters, digits, /, - and _"),
  alarm: form("alarm", 255, /^[ -~]+$/, "printable ASCII"),
  dashboard: form("dashboard", 255, WORD, WORD_SAYS),
  stream: form("stream", 128, DOTTED, DOTTED_SAYS),
  loadBalancer: form("alb", 32, /^[A-Za-z0-9-]+$/, "letters, digits and -"),
  targetGroup: form("tg", 32, /^[A-Za-z0-9-]+$/, "letters, digits and -"),
  secret: form("secret", 512, /^[A-Za-z0-9/_+=.@-]+$/, "letters, digits and /_+=.@-"),
  // DAX: "must begin with a letter"; the prefix does, and neither ends in a hyphen nor has two in a row.
  dax: form("dax", 20, /^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$/, "lower-case letters, digits and single -"),
  daxParameters: form("dax-parameters", 255, WORD, WORD_SAYS),
  daxSubnets: form("dax-subnets", 255, WORD, WORD_SAYS),
  samplingRule: form("sampling", 32, WORD, WORD_SAYS),
  bucket: form("bucket", 63, /^[a-z0-9][a-z0-9-]*[a-z0-9]$/, "lower-case letters, digits and -", 3),
  securityGroup: form(
    "security-group",
    255,
    /^[\w .:/()#,@[\]+=&;{}!$*-]+$/,
    "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
  ),
  api: form("api", 255, DOTTED, DOTTED_SAYS),
  authorizer: form("authorizer", 128, DOTTED, DOTTED_SAYS),
  usagePlan: form("usage-plan", 255, DOTTED, DOTTED_SAYS),
  apiKey: form("api-key", 255, DOTTED, DOTTED_SAYS),
  webAcl: form("waf", 128, WORD, WORD_SAYS),
  ipSet: form("ip-set", 128, WORD, WORD_SAYS),
  logPolicy: form("log-policy", 255, DOTTED, DOTTED_SAYS),
  // These two have no names of their own: the tag Name shows them.
  vpc: form("vpc", 256, DOTTED, DOTTED_SAYS),
  endpoint: form("endpoint", 256, DOTTED, DOTTED_SAYS),
} as const;
const LOG_GROUP = form("/aws/", 512, /^[A-Za-z0-9._/#-]+$/, "letters, digits and ._/#-");
const PARAMETER = form("/", 1011, /^(\/[A-Za-z0-9._-]+){1,15}$/, "up to 15 levels of letters, digits, ., - and _");

export type NamedKind = keyof typeof FORMS;

export interface Naming {
  /** First segment of parameter names. */
  readonly project: string;
  /** The stack, for example `dev`. */
  readonly environment: string;
  /** Tells two deployments of one stack in one account apart; empty or left out for none. */
  readonly suffix?: string;
}

/**
 * Physical names: `{resource-type}-{purpose}-{environment}`, with a suffix `{resource-type}-{purpose}-{environment}-{suffix}`.
 * Pure and deterministic, so that operators' commands find what the program made without asking it. A name that a service
 * would refuse throws a RangeError that says which part to shorten.
 */
export class Names {
  /** `{environment}` or `{environment}-{suffix}`. */
  readonly environment: string;

  constructor(private readonly naming: Naming) {
    this.environment = naming.suffix ? `${naming.environment}-${naming.suffix}` : naming.environment;
  }

  /** @param purpose for example `ingestion-market-data`. Global names (buckets) bring account and region in it. */
  of(kind: NamedKind, purpose: string): string {
    return checked(`${FORMS[kind].prefix}-${purpose}-${this.environment}`, kind, FORMS[kind]);
  }

  /** The log group that Lambda writes to by default. */
  logGroup(functionName: string): string {
    return checked(`/aws/lambda/${functionName}`, "log group", LOG_GROUP);
  }

  /** The log group of a network's flows. */
  flowLogGroup(vpcName: string): string {
    return checked(`/aws/vpc/${vpcName}`, "log group", LOG_GROUP);
  }

  /** The log group of an API's requests. */
  apiLogGroup(apiName: string): string {
    return checked(`/aws/apigateway/${apiName}`, "log group", LOG_GROUP);
  }

  /** The log group of a web ACL; WAF takes none that begins otherwise. */
  webAclLogGroup(webAclName: string): string {
    return checked(`aws-waf-logs-${webAclName}`, "log group", LOG_GROUP);
  }

  /** `/{project}/{environment}/{system}/{key}`. */
  parameter(system: string, key: string): string {
    return checked(`/${this.naming.project}/${this.environment}/${system}/${key}`, "parameter", PARAMETER);
  }
}

/** A noun of ours as part of a name that is written like AWS's own: "bid-handler" is "BidHandler". */
export const capitalised = (noun: string): string =>
  noun.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());

function checked(name: string, kind: string, { shortest, longest, allowed, characters }: Form): string {
  if (name.length < shortest || name.length > longest) {
    throw new RangeError(
      `${kind} name ${name} has ${name.length} characters; AWS takes ${shortest} to ${longest}: give a shorter name, environment or environmentSuffix.`,
    );
  }
  if (!allowed.test(name)) throw new RangeError(`${kind} name ${name}: AWS takes ${characters} only.`);
  return name;
}
