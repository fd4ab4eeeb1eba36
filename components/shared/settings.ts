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

/** A whole number within bounds. */
export const whole = (least: number, most: number) => {
  const says = `give a whole number from ${least} to ${most}`;
  return json(z.int(says).min(least, says).max(most, says));
};

export const flag = () => json(z.boolean("give true or false"));
