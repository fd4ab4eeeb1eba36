import * as z from "zod";
import { domainOf, placeOf } from "./places";
import { MOST } from "./rules";

/** Text for people: no control characters and no half of a surrogate pair, which is no UTF-8. */
export const text = (most: number) =>
  z
    .string()
    .min(1, "give some text")
    .max(most, `give at most ${most} letters`)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
      error: "give text without control characters",
    });

/** A name that others gave: visible ASCII. */
export const named = (most: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), `give 1 to ${most} visible letters`);

export const whole = (least: number, most: number) =>
  z
    .int(`give a whole number from ${least} to ${most}`)
    .check(
      z.gte(least, `give a whole number from ${least} to ${most}`),
      z.lte(most, `give a whole number from ${least} to ${most}`),
    );

/** A list in the order given, each value once. */
export const list = <Item extends z.ZodType>(item: Item, most: number = MOST.listed) =>
  z
    .array(item)
    .max(most, `give at most ${most} values`)
    .transform((values) => [...new Set(values)]);

/** IAB Content Taxonomy 1.0. */
export const category = z.string().regex(/^IAB([1-9]|1\d|2[0-6])(-\d{1,2})?$/, "give an IAB category, such as IAB1-2");

/** Text that `read` makes something of. */
const readBy = (read: (value: string) => string | undefined, error: string) =>
  z.string().transform((value, context) => {
    const made = read(value);
    if (made === undefined) context.addIssue({ code: "custom", message: error });
    return made ?? z.NEVER;
  });

export const domain = readBy(domainOf, "give a domain, such as example.com");
export const place = readBy(placeOf, "give a domain or an app's bundle");
