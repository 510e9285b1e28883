/** Lets those who ask the same at the same time wait for one answer. Remembers nothing: once it is there, it is asked anew. */
export class SharedQuestions<T> {
  private readonly waiting = new Map<string, Promise<T>>();

  /** Gives the answer that is under way for `key`, else asks. A failure is everybody's who waits for it. */
  answer(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.waiting.get(key);
    if (known !== undefined) return known;
    const asked = ask().finally(() => this.waiting.delete(key));
    this.waiting.set(key, asked);
    return asked;
  }
}
