import type { AppSession } from '#session';

const sessions = new WeakMap<object, AppSession>();

/** Remembers which session a request came with, without touching the request: it may be Fastify's or Express's. */
export function rememberSession(request: object, session: AppSession): void {
  sessions.set(request, session);
}

/** Gives the session that a request came with. */
export function sessionOf(request: object): AppSession | undefined {
  return sessions.get(request);
}
