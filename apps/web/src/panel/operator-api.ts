import { problem } from '#http';
import { z } from 'zod';
import type { IdpSession } from './panel-state.js';

const TIMEOUT_MS = 5_000;
const Sessions = z.array(
  z.object({
    id: z.string(),
    sub: z.string(),
    authTime: z.string().optional(),
    clients: z.array(z.object({ clientId: z.string() })),
  }),
);

/** The operator API of the built-in identity provider, as far as the panel needs it. */
export class OperatorApi {
  constructor(
    private readonly origin: string,
    private readonly token: string,
  ) {}

  /** Gives the living sessions, the latest sign-in first; undefined when it does not answer. */
  async sessions(): Promise<readonly IdpSession[] | undefined> {
    try {
      const response = await this.ask('GET', '/admin/sessions?limit=100');
      if (!response.ok) return undefined;
      const sessions = Sessions.parse(await response.json()).map(({ id, sub, authTime = '', clients }) => ({
        ...{ id, sub, openedAt: authTime },
        clients: clients.map(({ clientId }) => clientId),
      }));
      return sessions.sort((a, b) => b.openedAt.localeCompare(a.openedAt));
    } catch {
      return undefined;
    }
  }

  /**
   * Ends a session there. @param push whether the identity provider tells anybody
   *
   * @throws Problem 404 `session-unknown`, 503 `idp-away`
   */
  async end(id: string, push: boolean): Promise<void> {
    const path = `/admin/sessions/${encodeURIComponent(id)}${push ? '' : '?push=none'}`;
    const response = await this.ask('DELETE', path).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 404) throw problem(404, 'session-unknown', 'There is no such session any more');
    if (response?.ok !== true) throw problem(503, 'idp-away', 'The identity provider does not answer');
  }

  private ask(method: string, path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, accept: 'application/json' };
    return fetch(`${this.origin}${path}`, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}
