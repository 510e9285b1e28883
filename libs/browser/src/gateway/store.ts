import type { SilentReport } from '../outcome.js';
import type { SessionState } from '../session-state.js';
import { type Known, NOTHING, shown } from './known.js';
import type { User } from './session.js';

type Listener = (state: SessionState<User>) => void;

/** What a tab knows, and who wants to hear of it. */
export interface Store {
  readonly known: () => Known;
  readonly state: () => SessionState<User>;
  readonly set: (known: Known, silent?: SilentReport) => void;
  readonly subscribe: (listener: Listener) => () => void;
}

/** Makes a store in which nothing is known. */
export function createStore(silent: SilentReport | undefined): Store {
  const listeners = new Set<Listener>();
  let known = NOTHING;
  let state: SessionState<User> = Object.freeze({ ...shown(known), silent });
  return {
    known: () => known,
    state: () => state,
    set: (next, report = state.silent) => {
      known = next;
      const { status, user, reason } = shown(next);
      if (status === state.status && user === state.user && reason === state.reason && report === state.silent) return;
      state = Object.freeze({ status, user, reason, silent: report });
      for (const listener of [...listeners])
        try {
          listener(state);
        } catch (error) {
          reportError(error); // its own fault: the others hear too
        }
    },
    subscribe: (listener) => {
      const own: Listener = (next) => {
        listener(next); // one that subscribes twice hears twice, and leaves twice
      };
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
