import { Injectable } from '@nestjs/common';
import type { Sub } from '#session';

/** A note, as people see it. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly createdAt: Date;
}

/** Tells those who look at a person's notes in this replica that one was added. */
@Injectable()
export class NoteFeed {
  private readonly lookers = new Map<Sub, Set<(note: Note) => void>>();

  /** Gives what ends the looking. */
  look(sub: Sub, tell: (note: Note) => void): () => void {
    const lookers = this.lookers.get(sub) ?? new Set();
    this.lookers.set(sub, lookers.add(tell));
    return () => {
      lookers.delete(tell);
      if (lookers.size === 0 && this.lookers.get(sub) === lookers) this.lookers.delete(sub);
    };
  }

  added(sub: Sub, note: Note): void {
    for (const tell of this.lookers.get(sub) ?? []) tell(note);
  }
}
