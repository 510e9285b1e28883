/**
 * A memory of at most `limit` entries: when there is one more, the one that was used longest ago is forgotten. Setting and
 * getting use an entry.
 */
export class RecentlyUsed<V> {
  /** the least recently used first */
  private readonly entries = new Map<string, V>();

  constructor(private readonly limit: number) {}

  /** How many entries there are now. */
  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  /** Keeps `value`. Gives the value that is forgotten for it, if one is. */
  set(key: string, value: V): V | undefined {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.limit) return undefined;
    const [oldest] = this.entries;
    if (oldest === undefined) return undefined;
    this.entries.delete(oldest[0]);
    return oldest[1];
  }

  /** Forgets an entry, and gives its value if there was one. */
  take(key: string): V | undefined {
    const value = this.entries.get(key);
    this.entries.delete(key);
    return value;
  }

  clear(): void {
    this.entries.clear();
  }
}
