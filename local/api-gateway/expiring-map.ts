/** Values that are kept for a time of their own, at most so many; the ones that came first go first. */
export class ExpiringMap<Value> {
  readonly #kept = new Map<string, { readonly value: Value; readonly until: number }>();

  /**
   * @param milliseconds real ones per second of a time to live
   * @param now epoch milliseconds
   */
  constructor(
    private readonly milliseconds: number,
    private readonly now: () => number,
    private readonly most = 10_000,
  ) {}

  get(key: string): Value | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    if (found.until > this.now()) return found.value;
    this.#kept.delete(key);
    return undefined;
  }

  set(key: string, value: Value, ttlSeconds: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, until: this.now() + ttlSeconds * this.milliseconds });
    if (this.#kept.size <= this.most) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
