import type { Condition } from "../documents";

/** Keys that say who calls, or from where. */
const CALLER =
  /^(aws:(source(arn|account|orgid|orgpaths|vpce|vpc|vpcarn|ip|owner)|principal(arn|account|orgid|orgpaths|tag\/.+)|userid)|kms:calleraccount|elasticfilesystem:(accessedviamounttarget|accesspointarn)|s3:dataaccesspoint(account|arn))$/;

/** Operators that hold where the key is missing, or for all values but some. */
export const LOOSE = /not|null|ifexists|forallvalues/;

/** Any text, or so many addresses that it is nearly everybody. */
const ANYBODY = /^[*?]+$|^(\d+\.){3}\d+\/[0-7]$|^[0:]+\/0$/;

export const limitsCallers = ({ operator, key, values }: Condition): boolean =>
  CALLER.test(key) && !LOOSE.test(operator) && !values.some((value) => ANYBODY.test(value) || value === "false");
