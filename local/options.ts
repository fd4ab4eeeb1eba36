/** The number that a command's option gives. @throws when it is none from 1 on, naming option and value */
export function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${flag} ${text}: give a whole number from 1.`);
  return value;
}
