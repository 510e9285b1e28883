import type { AppSessions, LivingSessions, SyncPlaces } from '#session';

/** Where a service keeps its sessions, and what it has to remember about the endings. One object may be all three. */
export type SessionStore = AppSessions & Partial<Pick<LivingSessions, 'after'> & Pick<SyncPlaces, 'find' | 'keep'>>;

/** The store that the module works with: the one of the options, or that of a global module. */
export class SyncStore {
  constructor(
    readonly sessions: AppSessions,
    readonly living: LivingSessions | undefined,
    readonly places: SyncPlaces | undefined,
  ) {}
}

/** Picks the store. @throws Error that says what to do when there is none */
export function syncStoreOf(
  store: SessionStore | undefined,
  sessions: AppSessions | undefined,
  living: LivingSessions | undefined,
  places: SyncPlaces | undefined,
): SyncStore {
  if (store !== undefined)
    return new SyncStore(store, isLiving(store) ? store : undefined, isPlaces(store) ? store : undefined);
  if (sessions === undefined)
    throw new Error(
      'SessionSyncModule has no store: give it one, store: prismaAppSessions(client), or provide AppSessions in a global module',
    );
  return new SyncStore(sessions, living, places);
}

const isLiving = (store: object): store is LivingSessions => 'after' in store;
const isPlaces = (store: object): store is SyncPlaces => 'find' in store && 'keep' in store;
