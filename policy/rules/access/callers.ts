import type { Condition } from "../documents";

/** Keys that say who calls, or from where. */
const CALLER =
  /^(aws:(source(arn|account|orgid|orgpaths|vpce|vpc|vpcarn|ip|owner)|principal(arn|account|orgid|orgpaths|tag\/.+)|userid)|kms:calleraccount|s3:dataaccesspointaccount)$/;

export const limitsCallers = ({ operator, key, values }: Condition): boolean =>
  CALLER.test(key) &&
  !/not|null|ifexists/.test(operator) &&
  !values.some((value) => /^(\*|0\.0\.0\.0\/0|::\/0)$/.test(value));
