import { describe, expect, it } from '@jest/globals';
import type { NewSsoSession, Sid } from '#session';
import { pollersForSuite } from '../support/poller.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

const INVALID = { 'www-authenticate': 'Bearer realm="idp", error="invalid_token"' };
const in5Minutes = () => new Date(Date.now() + 300_000);

describe('the session-poller, as a process, where it asks for UserInfo', () => {
  const { the, startPoller, signIn, rowOf, eventsOf, isEnded } = pollersForSuite();
  const tokensOf = (sub: string, more: Partial<NewSsoSession['tokens']> = {}) => ({
    tokens: {
      ...{ idToken: `id-${sub}`, accessToken: `access-${sub}`, accessExpiresAt: in5Minutes(), refreshToken: undefined },
      ...more,
    },
  });
  const untilUnknown = (sid: Sid, reason: string) =>
    until(`it is unknown: ${reason}`, async () => {
      const row = await rowOf(sid);
      return row.unknownReason === reason && row.unknownCount >= 2 ? row : undefined;
    });
  const untilChecked = (sid: Sid) =>
    until('it is confirmed', async () => {
      const row = await rowOf(sid);
      return row.idpCheckedAt > row.openedAt ? row : undefined;
    });

  it('T145: ends a session only where a live access token is called invalid, twice', async () => {
    const { idp } = the();
    const answers: Readonly<Record<string, Scripted>> = {
      'access-ana': { status: 200, body: { sub: 'ana' } },
      'access-fresh': { status: 200, body: { sub: 'bob' } },
      'access-cleo': { status: 401, body: {} },
      'access-dora': { status: 401, body: {}, headers: { 'www-authenticate': 'Bearer error="invalid_token' } },
      'access-emil': { status: 403, body: {}, headers: INVALID },
      'access-finn': { status: 200, body: { sub: 'eve' } },
      'access-gus': { status: 401, body: {}, headers: INVALID },
      'access-hal': { status: 401, body: {}, headers: INVALID },
    };
    idp.metadata = { userinfo_endpoint: `${idp.issuer}/userinfo` };
    idp.paths.set(
      '/userinfo',
      () => answers[idp.received.at(-1)?.authorization?.slice(7) ?? ''] ?? { status: 500, body: {} },
    );
    idp.token = () => ({
      status: 200,
      body: { access_token: 'access-fresh', token_type: 'Bearer', expires_in: 300, refresh_token: 'refresh-2' },
    });
    const userinfo = { probe: { method: 'userinfo' } } as const;
    const poller = await startPoller({}, userinfo, { cleo: userinfo, dora: userinfo, emil: userinfo }); // each with a breaker
    await untilChecked(await signIn('ana', tokensOf('ana')));

    const expired = { accessExpiresAt: new Date(0) };
    const bob = await signIn('bob', tokensOf('bob', { ...expired, refreshToken: 'refresh-1' }));
    expect(await untilChecked(bob)).toMatchObject({ tokenGeneration: 2, unknownReason: null });
    expect(idp.received.filter(({ path }) => path === '/token')).toHaveLength(1);

    for (const sub of ['cleo', 'dora', 'emil']) {
      const sid = await signIn(sub, { ...tokensOf(sub), clientId: sub });
      expect(await untilUnknown(sid, 'config')).toMatchObject({ endedAt: null, reauthReason: null });
    }
    const finn = await signIn('finn', tokensOf('finn'));
    expect(await untilUnknown(finn, 'mismatch')).toMatchObject({ endedAt: null, reauthReason: null });
    const gus = await signIn('gus', tokensOf('gus', expired));
    expect(await untilUnknown(gus, 'token_expired')).toMatchObject({ endedAt: null, reauthReason: 'tokens_gone' });

    const hal = await signIn('hal', tokensOf('hal'));
    await until('it ends', () => isEnded(hal));
    expect(await eventsOf(hal)).toHaveLength(1);
    const log = await poller.process.log();
    expect(log).toMatch(/security\.probe idp=main method=userinfo reason=mismatch/);
    expect(log).not.toMatch(/access-\w/);
  });
});
