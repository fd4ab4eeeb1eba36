/**
 * A list that is emptied and filled for every request. What was in it stays behind its end: to cut an array costs more than
 * all else that is done with it.
 */
export class Numbers {
  count = 0;
  readonly #items: number[] = [];

  clear(): void {
    this.count = 0;
  }

  add(number: number): void {
    this.#items[this.count++] = number;
  }

  at(index: number): number {
    return this.#items[index]!;
  }

  has(number: number): boolean {
    for (let at = 0; at < this.count; at++) if (this.#items[at] === number) return true;
    return false;
  }
}
