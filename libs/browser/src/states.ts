import type { SilentReport } from './outcome.js';
import type { SessionState } from './session-state.js';

/** What a page reads of its session. */
export interface StateView<User> extends SessionState<User> {
  readonly state: SessionState<User>;
  subscribe(listener: (state: SessionState<User>) => void): () => void;
}

/** The state of a session, and who wants to hear of it. */
export interface States<User> {
  readonly view: StateView<User>;
  /** Calls the listeners, none of which can harm another, if anything is another than before. */
  readonly change: (to: Partial<SessionState<User>>) => void;
}

/** Makes a state in which nothing is known. @param silent what the page has come back with */
export function createStates<User>(silent?: SilentReport): States<User> {
  const listeners = new Set<(state: SessionState<User>) => void>();
  let state: SessionState<User> = Object.freeze({ status: 'unknown', user: undefined, reason: undefined, silent });
  const change = (to: Partial<SessionState<User>>) => {
    const next = { ...state, ...to };
    if (NAMES.every((name) => next[name] === state[name])) return;
    state = Object.freeze(next);
    for (const listener of [...listeners])
      try {
        if (listeners.has(listener)) listener(state);
      } catch (error) {
        reportError(error); // its own fault: the others hear too
      }
  };
  return { view: viewOf(() => state, listeners), change };
}

const NAMES = ['status', 'user', 'reason', 'silent'] as const;

function viewOf<User>(
  state: () => SessionState<User>,
  listeners: Set<(state: SessionState<User>) => void>,
): StateView<User> {
  const subscribe: StateView<User>['subscribe'] = (listener) => {
    const own: typeof listener = (next) => {
      listener(next); // one that subscribes twice hears twice, and leaves twice
    };
    listeners.add(own);
    return () => void listeners.delete(own);
  };
  const view = Object.defineProperty({ subscribe }, 'state', { get: state });
  for (const name of NAMES) Object.defineProperty(view, name, { get: () => state()[name] });
  return view as StateView<User>;
}
