import type { AppSessions, LivingSessions, OwedRounds, SyncPlaces } from '#session';

/** What a service remembers to find out that it has missed endings, and to make that good. */
export interface GapStore {
  readonly living: LivingSessions;
  readonly places: SyncPlaces;
  readonly owed: OwedRounds;
}

/** Where a service keeps its sessions, and what it has to remember about endings: one object, as `prismaAppSessions` gives. */
export type SessionStore = AppSessions & Partial<LivingSessions & SyncPlaces & OwedRounds>;

/** The store that the module works with: the one of the options, or that of a global module. */
export class SyncStore {
  constructor(
    readonly sessions: AppSessions,
    /** undefined when the store has no place for it: then endings that the stream loses are not missed */
    readonly gaps: GapStore | undefined,
  ) {}
}

/** Picks the store. @throws Error that says what to do when there is none */
export function syncStoreOf(
  store: SessionStore | undefined,
  sessions: AppSessions | undefined,
  parts: Partial<GapStore>,
): SyncStore {
  if (store !== undefined)
    return new SyncStore(store, isWhole(store) ? { living: store, places: store, owed: store } : undefined);
  if (sessions === undefined)
    throw new Error(
      'SessionSyncModule has no store: give it one, store: prismaAppSessions(client), or provide AppSessions in a global module',
    );
  const { living, places, owed } = parts;
  const isComplete = living !== undefined && places !== undefined && owed !== undefined;
  return new SyncStore(sessions, isComplete ? { living, places, owed } : undefined);
}

function isWhole(store: object): store is LivingSessions & SyncPlaces & OwedRounds {
  return ['after', 'find', 'keep', 'owed', 'owe', 'paid'].every((name) => name in store);
}
