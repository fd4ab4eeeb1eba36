import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { GENERATED } from "../../policy/generate";
import { RULES } from "../../policy/rules";
import { refersTo } from "../../policy/rules/links";
import { defaultsOf, type Example, faultsOf, mended, type Rule, remedyOf } from "../../policy/rules/rule";
import { isObject, UNKNOWN } from "../../policy/rules/values";
import { exampleOf, resource, TODAY, verdictOn } from "./asked";

/** Copies of a value, each with one place in it, or the whole, not known yet. */
function veiled(value: unknown): unknown[] {
  if (Array.isArray(value))
    return [UNKNOWN, ...value.flatMap((each, index) => veiled(each).map((inner) => value.with(index, inner)))];
  if (!isObject(value)) return [UNKNOWN];
  return [
    UNKNOWN,
    ...Object.entries(value).flatMap(([key, inner]) => veiled(inner).map((each) => ({ ...value, [key]: each }))),
  ];
}

/** Examples that differ in one property, of the resource or of another, that is not known yet. */
function unknowns(example: Example): Example[] {
  const own = Object.keys(example.props).flatMap((key) =>
    veiled(example.props[key]).map((value) => ({ ...example, props: { ...example.props, [key]: value } })),
  );
  const others = (example.among ?? []).flatMap((other, index) =>
    Object.keys(other.props).flatMap((key) =>
      veiled(other.props[key]).map((value) => ({
        ...example,
        among: example.among!.with(index, { ...other, props: { ...other.props, [key]: value } }),
      })),
    ),
  );
  return [...own, ...others];
}

/** An example with values that are not known, and what the engine tells all the same: of what each property was computed. */
function linked(rule: Rule, veiled: Example, original: Example) {
  const [asked, context] = exampleOf(rule, veiled);
  const { resources: known } = exampleOf(rule, original)[1];
  const resources = context.resources.map((each, index) => ({
    ...each,
    from: Object.fromEntries(
      Object.keys(each.props).map((key) => [
        key,
        known.filter((other) => other !== known[index] && refersTo(known[index]!, key, other)).map(({ urn }) => urn),
      ]),
    ),
  }));
  return [resources.find(({ urn }) => urn === asked.urn)!, { ...context, resources }] as const;
}

describe("A rule of the policy pack", () => {
  for (const rule of RULES) {
    describe(rule.name, () => {
      for (const [index, example] of rule.passes.entries()) {
        it(`is kept by example ${index + 1}`, () => assert.deepEqual(verdictOn(rule, example), []));
      }

      for (const [index, example] of rule.fails.entries()) {
        it(`is broken by example ${index + 1}, in a sentence`, () => {
          const faults = verdictOn(rule, example);
          assert.ok(faults.length > 0);
          for (const { says } of faults) assert.match(says, /^[^ ].*\.$/s);
        });
      }

      it("tolerates whatever a preview does not know yet", () => {
        const shown = (example: Example) => JSON.stringify(example, (_, value) => (value === UNKNOWN ? "?" : value));
        for (const original of rule.passes)
          for (const each of unknowns(original))
            assert.deepEqual(faultsOf(rule, ...linked(rule, each, original)), [], shown(each));
        for (const original of rule.fails) // throws at none
          for (const each of unknowns(original)) faultsOf(rule, ...linked(rule, each, original));
      });

      if (rule.remedy)
        it("is kept once its remedy is applied, where it has one for the resource", () => {
          const healed = rule.fails.flatMap((example) => {
            const [asked, context] = exampleOf(rule, example);
            const remedy = remedyOf(rule, asked, context);
            if (remedy === undefined) return [];
            return faultsOf(rule, { ...asked, props: mended(asked.props, remedy) }, context);
          });
          assert.deepEqual(healed, []);
          assert.ok(rule.fails.some((example) => remedyOf(rule, ...exampleOf(rule, example)) !== undefined));
        });

      it("goes on with what is known", () => {
        for (const example of rule.fails) {
          const beside = { ...example, props: { ...example.props, somethingElse: UNKNOWN } };
          assert.deepEqual(verdictOn(rule, beside), verdictOn(rule, example));
        }
      });
    });
  }

  it("has a name of its own, in the field's form, with examples of both kinds and sentences", () => {
    assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
    for (const { name, passes, fails, says, why, fix } of RULES) {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)+$/);
      assert.ok(passes.length > 0 && fails.length > 0, name);
      for (const text of [says, why, fix]) assert.match(text, /\.$/, name);
    }
  });

  it("has an example of each type that it looks at", () => {
    for (const { name, types = [], passes, fails } of RULES) {
      const shown = [...passes, ...fails].map(({ type }) => type ?? types[0]);
      assert.deepEqual(
        types.filter((type) => !shown.includes(type)),
        [],
        name,
      );
    }
  });

  it("looks at no resource of another provider", () => {
    const random = resource({ type: "random:index/randomId:RandomId", props: {}, opts: { protect: true } });
    for (const rule of RULES)
      assert.deepEqual(
        faultsOf(rule, random, { settings: {}, stack: "dev", today: TODAY, resources: [] }),
        [],
        rule.name,
      );
  });

  it("describes each of its settings, and has a default for each", () => {
    for (const { name, settings = {}, ...rule } of RULES)
      for (const [key, schema] of Object.entries(settings)) {
        assert.match(schema.description ?? "", /\.$/, `${name}.${key}`);
        assert.notEqual(defaultsOf({ name, settings, ...rule })[key], undefined, `${name}.${key}`);
      }
  });
});

describe("An exemption from a rule of the group No retain", () => {
  const rule = RULES.find(({ name }) => name === "aws-resource-is-not-retained")!;
  const kept: Example = { type: "aws:sqs/queue:Queue", props: {}, opts: { protect: true }, stack: "prod" };
  const until = (day: string, stack = "prod") => ({
    ...kept,
    settings: { exemptions: [{ stack, reason: "The auditors of 2026 hold it.", until: day }] },
  });

  it("tolerates a fault through its last day, and tells of it all the same", () => {
    assert.deepEqual(verdictOn(rule, until(TODAY)), [
      { says: "protect is true.", excuse: `Exempt until ${TODAY}: The auditors of 2026 hold it.` },
    ]);
  });

  it("ends, and says so", () => {
    assert.deepEqual(verdictOn(rule, until("2026-06-29")), [
      { says: "protect is true. The exemption ended on 2026-06-29." },
    ]);
  });

  it("is of one stack", () => assert.deepEqual(verdictOn(rule, until(TODAY, "dev")), [{ says: "protect is true." }]));

  it("is not needed in a stack that the setting stacks leaves out", () => {
    const only = (...stacks: string[]) => verdictOn(rule, { ...kept, settings: { stacks } });
    assert.deepEqual(only("dev*", "local"), [
      { says: "protect is true.", excuse: "Advice only: the setting stacks has dev*, local." },
    ]);
    assert.deepEqual(only("pro*"), [{ says: "protect is true." }]);
  });
});

describe("What is generated for the policy pack", () => {
  for (const { file, text } of GENERATED)
    it(`is in ${basename(file)}, as npm run policy:generate writes it`, async () =>
      assert.equal(readFileSync(file, "utf8"), await text()));
});
