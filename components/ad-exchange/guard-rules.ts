import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { GuardSettings } from "./edge-config";
import { wafLimit } from "./waf-limit";

type Statement = aws.types.input.wafv2.WebAclRuleStatement;

export interface GuardRule {
  /** Part of the name of its metric. */
  readonly name: string;
  readonly statement: Statement;
  /** WAF's capacity units, at most (WAF Developer Guide, of each statement). */
  readonly units: number;
  /** Left out of a rule group, whose rules have their own. */
  readonly answer?: { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
}

/** Bytes of a body that WAF is handed: the most it takes of API Gateway's. Over 16 KB it costs $0.30 a million requests for each 16 KB. */
export const INSPECTED = 65_536;

/**
 * In the order in which they are asked: what is cheap and certain before what counts.
 * @param known ARNs of the sets of known addresses; none where there are no strangers
 */
export const guardRules = (
  settings: GuardSettings,
  known: readonly pulumi.Input<string>[] = [],
): readonly GuardRule[] => [
  tooLarge(settings.bodyKiB * 1_024),
  ofUnknownLength,
  managed("AWSManagedRulesAmazonIpReputationList", 25),
  managed("AWSManagedRulesKnownBadInputsRuleSet", 200),
  managed("AWSManagedRulesCommonRuleSet", 700, NOT_FOR_BIDS),
  ...(settings.strangers ? [perStranger(settings, settings.strangers.requestsPerSecond, known)] : []),
  perCaller(settings),
  perAddress(settings),
];

const AS_IS = [{ priority: 0, type: "NONE" }];
/** A transformation's units; NONE is counted too, to be on the safe side. */
const TRANSFORMED = 10;
const length = (regexString: string): Statement => ({
  regexMatchStatement: {
    fieldToMatch: { singleHeader: { name: "content-length" } },
    regexString,
    textTransformations: AS_IS,
  },
});

/**
 * WAF sees 64 KB of a body at most, so a size beyond that is read from the header that states it. The gateway takes no more than it
 * states, and a body after gzip is larger: functions check what they get.
 */
const tooLarge = (bytes: number): GuardRule => ({
  name: "body-too-large",
  statement: length(numberAbove(bytes)),
  units: 3 + TRANSFORMED,
  answer: { status: 413 },
});

/** A long body that does not say how long: it could be any length. */
const ofUnknownLength: GuardRule = {
  name: "body-of-unknown-length",
  statement: {
    andStatement: {
      statements: [
        {
          sizeConstraintStatement: {
            fieldToMatch: { body: { oversizeHandling: "MATCH" } },
            comparisonOperator: "GT",
            size: INSPECTED,
            textTransformations: AS_IS,
          },
        },
        { notStatement: { statement: length("^[0-9]{1,15}$") } },
      ],
    },
  },
  units: 1 + TRANSFORMED + 3 + TRANSFORMED,
  answer: { status: 411 },
};

/**
 * Rules of the common group that take good requests for attacks: they count instead. Bodies here are JSON whose strings are other
 * people's: addresses of pages, names of apps, and markup of creatives, which is meant to be HTML with scripts in it. Nothing behind
 * reads a body as a path, an address to fetch or a page.
 */
const NOT_FOR_BIDS: readonly string[] = [
  "SizeRestrictions_BODY", // 8 KB: `body-too-large` says how much
  "CrossSiteScripting_BODY", // creatives' markup
  "GenericLFI_BODY", // "../" in a page's address
  "GenericRFI_BODY", // "http://192.0.2.1/" as a page's address
  "NoUserAgent_HEADER", // exchanges and bidders send none
];

/** Whoever owns the rules, changes them: no version is given, so that new attacks are known at once. */
const managed = (name: string, units: number, counted: readonly string[] = []): GuardRule => ({
  name: name.replace("AWSManagedRules", ""),
  units,
  statement: {
    managedRuleGroupStatement: {
      vendorName: "AWS",
      name,
      ...(counted.length > 0 && {
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      }),
    },
  },
});

const TOO_MANY = { status: 429, headers: { "Retry-After": "60" } };

/** By the token as it is sent, before anybody has verified it: a caller that sends another each time meets `per-address`. */
const perCaller = ({ callerRequestsPerSecond, windowSeconds }: GuardSettings): GuardRule => ({
  name: "per-caller",
  statement: {
    rateBasedStatement: {
      aggregateKeyType: "CUSTOM_KEYS",
      customKeys: [{ header: { name: "authorization", textTransformations: AS_IS } }],
      evaluationWindowSec: windowSeconds,
      limit: wafLimit(callerRequestsPerSecond, windowSeconds),
    },
  },
  units: 2 + 30 + TRANSFORMED,
  answer: TOO_MANY,
});

/** Behind it, whatever the token: also counts requests without one, which `per-caller` does not see. */
const perAddress = ({ addressRequestsPerSecond, windowSeconds }: GuardSettings): GuardRule => ({
  name: "per-address",
  statement: {
    rateBasedStatement: {
      aggregateKeyType: "IP",
      evaluationWindowSec: windowSeconds,
      limit: wafLimit(addressRequestsPerSecond, windowSeconds),
    },
  },
  units: 2,
  answer: TOO_MANY,
});

/**
 * Each token that the gateway has not met costs an invocation of the authorizer, and WAF cannot tell one that was made up from a
 * good one. It can tell callers' own addresses from others, which have no reason to ask often.
 */
const perStranger = (
  { windowSeconds }: GuardSettings,
  requestsPerSecond: number,
  known: readonly pulumi.Input<string>[],
): GuardRule => ({
  name: "per-stranger",
  statement: {
    rateBasedStatement: {
      aggregateKeyType: "IP",
      evaluationWindowSec: windowSeconds,
      limit: wafLimit(requestsPerSecond, windowSeconds),
      scopeDownStatement: { notStatement: { statement: inAny(known) } },
    },
  },
  units: 2 + known.length,
  answer: TOO_MANY,
});

/** An `or` of fewer than two is none. */
function inAny(sets: readonly pulumi.Input<string>[]): Statement {
  const statements = sets.map((arn) => ({ ipSetReferenceStatement: { arn } }));
  const [only, ...others] = statements;
  return only !== undefined && others.length === 0 ? only : { orStatement: { statements } };
}

/** A regular expression of the decimal texts of whole numbers above `bound`, with or without leading zeros. */
export function numberAbove(bound: number): string {
  const digits = String(bound);
  const longer = `[1-9][0-9]{${digits.length},}`;
  const asLong = digits.split("").flatMap((digit, index) => {
    if (digit === "9") return [];
    const rest = digits.length - index - 1;
    const higher = digit === "8" ? "9" : `[${Number(digit) + 1}-9]`;
    return [`${digits.slice(0, index)}${higher}${rest > 0 ? `[0-9]{${rest}}` : ""}`];
  });
  return `^0*(${[longer, ...asLong].join("|")})$`;
}
