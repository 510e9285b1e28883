import { describe, expect, it } from '@jest/globals';
import type { Sid } from '#session';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

const INVALID: Scripted = { status: 401, body: {}, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };

describe('the session-poller, as a process, with a second way to ask', () => {
  const { the, startPoller, signIn, rowOf, eventsOf, isEnded } = pollersForSuite();
  const gone = new Set<string>();
  const claims = new Map<string, Scripted>();

  /** A live session that nobody has used for some minutes, and that both ways know. */
  const quiet = async (sub: string): Promise<Sid> => {
    const accessExpiresAt = new Date(Date.now() + 600_000);
    const tokens = {
      ...{ idToken: `id-${sub}`, accessToken: `access-${sub}`, accessExpiresAt, refreshToken: `refresh-${sub}` },
    };
    const sid = await signIn(sub, { tokens });
    await until('it is confirmed', async () =>
      (await rowOf(sid)).idpCheckedAt > (await rowOf(sid)).openedAt ? true : undefined,
    );
    const long = new Date(Date.now() - 120_000);
    await the().database.browserSession.updateMany({ where: { ssoSessionId: sid }, data: { lastSeenAt: long } });
    await the().database.ssoSession.update({ where: { id: sid }, data: { openedAt: long } });
    return sid;
  };
  const asked = (sub: string) => ({
    introspect: the().idp.received.filter(({ form }) => form.get('token') === `refresh-${sub}`).length,
    userinfo: the().idp.received.filter(({ authorization }) => authorization === `Bearer access-${sub}`).length,
  });
  /** From now on introspection calls it inactive, and UserInfo says that; resolves when both have been asked. */
  const disappears = async (sub: string, said: Scripted) => {
    const before = asked(sub);
    claims.set(sub, said);
    gone.add(sub);
    await until('UserInfo is asked', () => (asked(sub).userinfo > before.userinfo ? true : undefined));
    return before;
  };
  const start = async () => {
    const { idp } = the();
    idp.metadata = { userinfo_endpoint: `${idp.issuer}/userinfo` };
    idp.introspection = (form) => (gone.has(form.get('token')?.slice('refresh-'.length) ?? '') ? inactive : active);
    idp.paths.set('/userinfo', () => {
      const sub = idp.received.at(-1)?.authorization?.slice('Bearer access-'.length) ?? '';
      return claims.get(sub) ?? { status: 200, body: { sub } };
    });
    return startPoller({}, { probe: { method: 'introspect', confirm: 'userinfo', unsafeIntervalS: 3 } });
  };

  it('both say that it has gone: it ends at once, with two probes; UserInfo says active: it stays; neither: it waits', async () => {
    await start();
    const [kept, unsure, ended] = [await quiet('kept'), await quiet('unsure'), await quiet('ended')];

    const beforeKept = await disappears('kept', { status: 200, body: { sub: 'kept' } });
    await until('the answer is written down', async () =>
      (await rowOf(kept)).probeDueAt > new Date() && asked('kept').introspect > beforeKept.introspect
        ? true
        : undefined,
    );
    expect(await rowOf(kept)).toMatchObject({ endedAt: null, weakEndedAt: null });
    gone.delete('kept');

    const beforeUnsure = await disappears('unsure', { status: 503, body: {} });
    await until('it is doubted', async () => ((await rowOf(unsure)).weakEndedAt === null ? undefined : true));
    gone.delete('unsure');
    await until('it is asked about again, and is active', async () =>
      (await rowOf(unsure)).weakEndedAt === null ? true : undefined,
    );
    expect((await rowOf(unsure)).endedAt).toBeNull();
    expect(asked('unsure').introspect - beforeUnsure.introspect).toBeGreaterThanOrEqual(2);

    const beforeEnded = await disappears('ended', INVALID);
    await until('it ends', () => isEnded(ended));
    expect(asked('ended')).toEqual({ introspect: beforeEnded.introspect + 1, userinfo: beforeEnded.userinfo + 1 });
    const [event] = await eventsOf(ended);
    expect(JSON.stringify(event?.payload)).toMatch(/"probes":2/);
  });

  it('one that was used within the minute is confirmed later, by the same way to ask', async () => {
    await start();
    const sid = await quiet('busy');
    await the().database.browserSession.updateMany({ where: { ssoSessionId: sid }, data: { lastSeenAt: new Date() } });
    const before = asked('busy');
    claims.set('busy', INVALID);
    gone.add('busy');
    await until('it ends', () => isEnded(sid));
    expect(asked('busy')).toEqual({ introspect: before.introspect + 2, userinfo: before.userinfo });
  });
});
