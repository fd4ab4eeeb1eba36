/** "target ≤ 3 ×: met", or missed and why. */
export const judged = (value: number, most: number, unit: string, why = ""): string =>
  `target ≤ ${most} ${unit}: ${value <= most ? "met" : `MISSED${why === "" ? "" : `, ${why}`}`}`;
