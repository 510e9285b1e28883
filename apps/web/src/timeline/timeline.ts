import type { NewEntry } from './entries-of.js';
import type { TimelineEntry } from './timeline-entry.js';

/** Who comes late is told so many of the latest entries. */
const KEPT = 200;

/** Whether the hub can be read. */
export interface HubState {
  readonly state: 'here' | 'away';
  /** ISO 8601 */
  readonly since: string;
}

/** Somebody who looks at the timeline. */
export interface Looker {
  readonly entry: (entry: TimelineEntry) => void;
  readonly hub: (state: HubState) => void;
}

/** What has happened, numbered. The latest are kept in memory, and told to whoever looks. */
export class Timeline {
  private readonly lookers = new Set<Looker>();
  private entries: readonly TimelineEntry[] = [];
  private lastId = 0;
  private hubState: HubState;

  /** @param now ISO 8601 */
  constructor(now: string) {
    this.hubState = { state: 'here', since: now };
  }

  add(news: readonly NewEntry[]): void {
    const numbered = news.map((entry): TimelineEntry => ({ ...entry, id: ++this.lastId }));
    this.entries = [...this.entries, ...numbered].slice(-KEPT);
    for (const entry of numbered) for (const looker of this.lookers) looker.entry(entry);
  }

  /** Gives whether that is news. */
  tellHub(state: HubState): boolean {
    if (state.state === this.hubState.state) return false;
    this.hubState = state;
    for (const looker of this.lookers) looker.hub(state);
    return true;
  }

  /** Tells the state of the hub, what is kept beyond `after`, and then what comes. Gives what ends the looking. */
  look(looker: Looker, after: number): () => void {
    looker.hub(this.hubState);
    for (const entry of this.entries) if (entry.id > after) looker.entry(entry);
    this.lookers.add(looker);
    return () => {
      this.lookers.delete(looker);
    };
  }
}
