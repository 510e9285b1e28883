/** The clients of a session, each with what the session keeps of it. */
export type Authorizations = Readonly<Record<string, unknown>>;

/** What one request has done to a session's clients. */
export interface SessionChanges {
  readonly changed: Authorizations;
  readonly removed: readonly string[];
}

/** As they were read, as text, for each session that the engine holds. */
const asRead = new WeakMap<object, ReadonlyMap<string, string>>();

/** Gives a session's clients to the engine, and remembers how they were. */
export function noteAuthorizations<T extends Authorizations>(authorizations: T): T {
  const given = { ...authorizations };
  asRead.set(given, new Map(Object.entries(given).map(([id, value]) => [id, JSON.stringify(value)])));
  return given;
}

/**
 * Gives what has become different since the session was read. Only that is written: another request, here or in another
 * replica, may have signed the session in to a second client meanwhile, or somebody may have taken one out of it.
 */
export function changesOf(authorizations: Authorizations = {}): SessionChanges {
  const before = asRead.get(authorizations) ?? new Map<string, string>();
  const changed = Object.entries(authorizations).filter(([id, value]) => before.get(id) !== JSON.stringify(value));
  const removed = [...before.keys()].filter((id) => !Object.hasOwn(authorizations, id));
  return { changed: Object.fromEntries(changed), removed };
}
