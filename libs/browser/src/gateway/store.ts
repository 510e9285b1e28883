import type { SilentReport } from '../outcome.js';
import { createStates, type StateView } from '../states.js';
import { type Known, NOTHING, shown } from './known.js';
import type { User } from './session.js';

/** What a tab knows, and what it shows of that. */
export interface Store {
  readonly view: StateView<User>;
  readonly known: () => Known;
  readonly set: (known: Known, silent?: SilentReport) => void;
  /** The number of changes that an answer knows of that is asked for now: a tab that has just been opened knows the others' too. */
  readonly asksAt: () => number;
}

/** Makes a store in which nothing is known. @param key of the number of changes, for the tabs to come */
export function createStore(key: string, silent: SilentReport | undefined): Store {
  const { view, change } = createStates<User>(silent);
  let known = NOTHING;
  const asksAt = () => Math.max(known.epoch, readNumber(key));
  return {
    view,
    known: () => known,
    asksAt,
    set: (next, report = view.silent) => {
      known = next;
      if (next.epoch > readNumber(key)) writeNumber(key, next.epoch);
      change({ ...shown(next), silent: report });
    },
  };
}

function readNumber(key: string): number {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0;
  }
}

function writeNumber(key: string, value: number): void {
  try {
    localStorage.setItem(key, String(value));
  } catch {
    // then a tab that is opened begins at 0, and the others ask once more
  }
}
