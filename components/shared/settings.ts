import { z } from "zod";

/** Pulumi hands settings over as text; anything but a string is JSON in it. Text that is not JSON stays text, for the schema to refuse. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text: unknown) => {
    if (typeof text !== "string") return text;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }, schema);

/** A whole number within bounds, in a setting that is JSON. */
export const count = (least: number, most: number) => {
  const says = `give a whole number from ${least} to ${most}`;
  return z.int(says).min(least, says).max(most, says);
};

/** The same as a setting of its own. */
export const whole = (least: number, most: number) => json(count(least, most));

export const flag = () => json(z.boolean("give true or false"));
