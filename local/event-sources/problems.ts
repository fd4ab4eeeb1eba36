const MOST_PROBLEMS = 1000;

/** What went wrong outside the functions: the first thousand kept, each told at once. */
export class Problems {
  readonly #first: string[] = [];

  constructor(private readonly tell: (message: string) => void = () => {}) {}

  add(message: string): void {
    if (this.#first.length < MOST_PROBLEMS) this.#first.push(message);
    this.tell(message);
  }

  /** Oldest first. */
  get first(): readonly string[] {
    return [...this.#first];
  }
}
