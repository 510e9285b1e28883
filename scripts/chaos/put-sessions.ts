import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { AppDatabase, HubDatabase, TokenCipher } from '#store';

/** Where the sessions go, and whose they are. */
export interface SessionsToPut {
  readonly hub: HubDatabase;
  /** a service's database; undefined: no service has them */
  readonly app?: AppDatabase | undefined;
  readonly cipher: TokenCipher;
  readonly iss: string;
  readonly count: number;
  /** number of the first person; default: 0 */
  readonly first?: number;
  /** first probes are spread over so long */
  readonly intervalMs: number;
}

const BATCH = 1_000;
const LIFE_MS = 8 * 3_600_000;

/** Signs `count` people in, `person-0` and so on, each with one browser and one app session, as the gateway and a service would have it. */
export async function putSessions({
  hub,
  app,
  cipher,
  iss,
  count,
  first = 0,
  intervalMs,
}: SessionsToPut): Promise<void> {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  for (let from = 0; from < count; from += BATCH) {
    const people = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => {
      const [id, sub] = [uuidv7(), `person-${first + from + n}`];
      return { id, sub, probeDueAt: new Date(now.getTime() + (intervalMs * (from + n)) / count) };
    });
    await hub.ssoSession.createMany({
      data: people.map(({ id, sub, probeDueAt }) => ({
        ...{ id, iss, clientId: 'gateway', idpSid: `idp-${sub}`, sub, expiresAt, probeDueAt },
        ...{ openedAt: now, idTokenIssuedAt: now, idpCheckedAt: now },
        idToken: cipher.encrypt(randomBytes(400).toString('hex'), `${id} idToken`),
        refreshToken: cipher.encrypt(`refresh-${sub}`, `${id} refreshToken`),
        accessToken: cipher.encrypt(`access-${sub}`, `${id} accessToken`),
      })),
    });
    await hub.browserSession.createMany({
      data: people.map(({ id }) => ({
        ...{ id: `browser-${id}`, frontEnd: 'https://app.example.com', ssoSessionId: id },
        ...{ createdAt: now, lastSeenAt: now, expiresAt },
      })),
    });
    await app?.appSession.createMany({
      data: people.map(({ id, sub }) => ({ iss, sid: id, sub, openedAt: now, createdAt: now, expiresAt })),
    });
  }
}
