/** What is least comes first. */
export class MinHeap<T> {
  private readonly items: { readonly key: number; readonly item: T }[] = [];

  get least(): { readonly key: number; readonly item: T } | undefined {
    return this.items[0];
  }

  push(key: number, item: T): void {
    let at = this.items.push({ key, item }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.items[parent]!.key <= this.items[at]!.key) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return first?.item;
    this.items[0] = last;
    this.sink();
    return first?.item;
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.items.length && this.items[left]!.key < this.items[least]!.key) least = left;
      if (right < this.items.length && this.items[right]!.key < this.items[least]!.key) least = right;
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    [this.items[a], this.items[b]] = [this.items[b]!, this.items[a]!];
  }
}
