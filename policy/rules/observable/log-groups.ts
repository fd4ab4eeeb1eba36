import { securityHub, wellArchitected } from "../controls";
import { ofType } from "../links";
import type { Context, Resource, Rule } from "../rule";
import { FUNCTION } from "../types";
import { at, is, isSet, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const LOGS = "aws:cloudwatch/logGroup:LogGroup";

const isCompliant = ({ props }: Resource): boolean =>
  [props.tags, props.tagsAll].some((tags) => isSet(at(tags, "Compliance")) && at(tags, "Compliance") !== UNKNOWN);

/** Days of a remedy: what is older than its retention is deleted at once. */
const GENEROUS = 365;

const leastOf = (group: Resource, { minimumDays, compliance, complianceDays }: Context["settings"]): number =>
  Math.max(Number(minimumDays), compliance === true || isCompliant(group) ? Number(complianceDays) : 0);

const RETENTION: Rule = {
  ...SAME,
  name: "logs-group-has-a-retention",
  says: "A log group keeps its events for a number of days, at least as many as asked.",
  why: "Without one, logs are kept and charged for ever; with one that is too short, the auditors' are gone.",
  fix: "Set retentionInDays.",
  controls: securityHub("CloudWatch.16"),
  types: [LOGS],
  settings: {
    minimumDays: {
      type: "integer",
      description: "Fewest days of logs.",
      minimum: 1,
      default: 1,
    },
    compliance: {
      type: "boolean",
      description: "Whether the stack is under compliance; a tag Compliance says so of one log group.",
      default: false,
    },
    complianceDays: {
      type: "integer",
      description: "Fewest days of logs under compliance.",
      minimum: 1,
      default: 30,
    },
  },
  broken: (group, { settings }) => {
    const { retentionInDays: days, logGroupClass } = group.props;
    const least = leastOf(group, settings);
    if (days === UNKNOWN || logGroupClass === "DELIVERY") return [];
    if (typeof days !== "number" || days === 0)
      return [`retentionInDays is ${shown(days)}: without a number of days, for ever.`];
    return days >= least ? [] : [`retentionInDays is ${days}; at least ${least} are asked for.`];
  },
  remedy: (group, { settings }) => ({
    retentionInDays: DAYS.find((days) => days >= Math.max(leastOf(group, settings), GENEROUS)),
  }),
  passes: [
    { props: { retentionInDays: 7 } },
    { props: { retentionInDays: 30 }, settings: { compliance: true } },
    { props: { retentionInDays: 30, tags: { Compliance: "audit" } } },
  ],
  fails: [
    { props: {} },
    { props: { retentionInDays: 0 } },
    { props: { retentionInDays: 14 }, settings: { compliance: true } },
    { props: { retentionInDays: 14, tags: { Compliance: "audit" } } },
    { props: { retentionInDays: 30 }, settings: { minimumDays: 365 } },
  ],
};

/** Numbers of days that CloudWatch Logs takes. */
const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const LOGGED: Rule = {
  ...SAME,
  name: "lambda-function-has-a-log-group",
  says: "A function's log group is a resource of the stack.",
  why: "Lambda makes one that nobody destroys, without retention, when the function first runs.",
  fix: "Add a LogGroup named /aws/lambda/<function>, or name one in loggingConfig.logGroup.",
  level: "advisory",
  controls: wellArchitected("SEC04-BP01"),
  types: [FUNCTION],
  ofStack: true,
  broken: ({ props }, { resources }) => {
    const named = at(props, "loggingConfig", "logGroup");
    const group = isSet(named) ? named : props.name === UNKNOWN ? UNKNOWN : `/aws/lambda/${String(props.name)}`;
    return group === UNKNOWN || ofType(resources, LOGS).some((each) => is(each.props.name, group))
      ? []
      : [`no log group is named ${shown(group)}.`];
  },
  passes: [
    { props: { name: "f" }, among: [{ type: LOGS, props: { name: "/aws/lambda/f" } }] },
    { props: { name: "f", loggingConfig: { logGroup: "logs" } }, among: [{ type: LOGS, props: { name: "logs" } }] },
  ],
  fails: [
    { props: { name: "f" } },
    { props: { name: "f" }, among: [{ type: LOGS, props: { name: "/aws/lambda/g" } }] },
  ],
};

export const LOG_GROUPS: readonly Rule[] = [RETENTION, LOGGED];
