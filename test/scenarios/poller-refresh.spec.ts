import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeSessionEnded, type Sid } from '#session';
import type { RunningApp } from '../support/apps.js';
import { pollersForSuite } from '../support/poller.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

const PROBE = { method: 'refresh', allowKeepalive: true } as const;
const refusal = (error: string, status = 400): Scripted => ({ status, body: { error } });

describe('the session-poller, as a process, where it asks by refreshing', () => {
  const { the, keepPoller, signIn, rowOf, eventsOf, isEnded } = pollersForSuite();
  /** what the IdP says of a person's refresh tokens; it rotates them else, and takes each once */
  const answers = new Map<string, (token: string) => Promise<Scripted> | Scripted>();
  const sent: string[] = [];
  const sentOf = (sub: string) => sent.filter((token) => token.startsWith(`refresh-${sub}`));

  let poller: RunningApp;

  beforeAll(async () => {
    the().idp.token = (form) => {
      const token = form.get('refresh_token') ?? '';
      const isReused = sent.includes(token);
      sent.push(token);
      const own = answers.get(token.split(/-|\./)[1] ?? '');
      if (own !== undefined) return own(token);
      if (isReused) return refusal('invalid_grant');
      const body = { access_token: 'a', token_type: 'Bearer', expires_in: 300, refresh_token: `${token}.x` };
      return { status: 200, body };
    };
    const probe = PROBE;
    poller = await keepPoller(
      {},
      { probe },
      {
        ...{ dora: { probe }, edda: { probe } }, // each has a breaker of its own
        'at-llng': { profile: 'lemonldap', probe },
        'at-auth0': { profile: 'auth0', probe },
        'at-entra': { profile: 'entra', probe: { ...PROBE, unsafeIntervalS: 20 } }, // the first answer is looked at
        'at-generic': { profile: 'generic', probe },
        'at-policy': { profile: 'okta', probe: { ...PROBE, grantGoneIsLogout: true } },
      },
    );
  });
  afterEach(() => {
    answers.clear();
  });

  /** Signs in, long enough ago that a refusal is about nothing that happened just now. */
  const signInEarlier = async (sub: string, clientId = 'gateway'): Promise<Sid> => {
    const sid = await signIn(sub, { clientId, firstProbeAt: new Date(Date.now() + 3_600_000) });
    await the().database.ssoSession.update({
      where: { id: sid },
      data: { tokensSince: new Date(0), probeDueAt: new Date() },
    });
    return sid;
  };
  const untilUnknown = (sid: Sid, reason: string, count = 1) =>
    until(`it is unknown: ${reason}`, async () => {
      const row = await rowOf(sid);
      return row.unknownReason === reason && row.unknownCount >= count ? row : undefined;
    });

  it('POL-05: keeps each new token, sends none twice, and goes by the new generation', async () => {
    const sid = await signIn('ana');
    const row = await until('four generations', async () => {
      const seen = await rowOf(sid);
      return seen.tokenGeneration >= 4 && seen.idpCheckedAt > seen.openedAt ? seen : undefined;
    });
    expect(row).toMatchObject({ endedAt: null, refreshState: null, unknownReason: null });
    expect(new Set(sentOf('ana')).size).toBe(sentOf('ana').length);
  });

  it('T135: ends a session whose refresh token is refused twice, with one event', async () => {
    const canary = await signIn('canary');
    await until('refreshing is known to work', async () =>
      (await rowOf(canary)).tokenGeneration > 1 ? true : undefined,
    );
    answers.set('ben', () => refusal('invalid_grant'));
    const sid = await signInEarlier('ben');
    await until('it ends', () => isEnded(sid));
    expect(sentOf('ben')).toHaveLength(2);
    expect(await eventsOf(sid)).toHaveLength(1);
  });

  it('T141, T142, T143: a race, a lost answer and mixed-up tokens are no endings by the poller', async () => {
    answers.set('cleo', () => refusal('invalid_grant'));
    answers.set('dora', () => ({ status: 502, body: '<h1>Bad gateway</h1>' }));
    answers.set('edda', () => 'reset');
    answers.set('finn', async () => {
      const id_token = await the().idp.sign({ aud: 'gateway', sub: 'mallory' });
      return { status: 200, body: { access_token: 'm', token_type: 'Bearer', refresh_token: 'm', id_token } };
    });
    const cleo = await signIn('cleo');
    const [dora, edda] = await Promise.all(['dora', 'edda'].map((sub) => signIn(sub, { clientId: sub })));
    await untilUnknown(cleo, 'race', 3);
    for (const [sub, sid] of [
      ['dora', dora!],
      ['edda', edda!],
    ] as const) {
      await untilUnknown(sid, 'refresh_ambiguous', 3);
      expect(sentOf(sub)).toHaveLength(1);
      expect(await isEnded(sid)).toBeUndefined();
    }
    expect(await isEnded(cleo)).toBeUndefined();
    const idToken = await the().idp.sign({ aud: 'gateway', sub: 'finn' });
    const given = { accessToken: undefined, accessExpiresAt: undefined, refreshToken: 'refresh-finn' };
    const finn = await signIn('finn', { tokens: { idToken, ...given } });
    await until('the one session of mixed-up tokens ends', () => isEnded(finn));
    expect(await rowOf(finn)).toMatchObject({ endCause: 'token_reuse', tokenGeneration: 1 });
    expect(await eventsOf(finn)).toHaveLength(1);
    const log = await until('the alarm', async () => {
      const text = await poller.process.log();
      return /security\.probe .*reason=mismatch detail=other_sub/.test(text) ? text : undefined;
    });
    expect(log).not.toMatch(/refresh-(?:cleo|dora|edda|finn)|eyJ/);
  });

  it('session_expiry of a new ID token ends the session then, or at once when it has passed; what is no time does not', async () => {
    const idToken = await the().idp.sign({ aud: 'gateway', sub: 'x' });
    const given = { idToken, accessToken: undefined, accessExpiresAt: undefined };
    const sayEnd = (sub: string, session_expiry: unknown) => {
      answers.set(sub, async (token) => {
        const id_token = await the().idp.sign({ aud: 'gateway', sub, session_expiry });
        return {
          status: 200,
          body: { access_token: 'a', token_type: 'Bearer', refresh_token: `${token}.x`, id_token },
        };
      });
      return signIn(sub, { tokens: { ...given, refreshToken: `refresh-${sub}` } });
    };
    const nowS = Math.floor(Date.now() / 1000);
    const [lea, mia, nils] = [
      await sayEnd('lea', nowS + 4),
      await sayEnd('mia', nowS - 900),
      await sayEnd('nils', 'soon'),
    ];
    for (const sid of [lea, mia]) {
      await until('it ends', () => isEnded(sid));
      const row = await rowOf(sid);
      expect(row.endCause).toBe('session_expired');
      const [event, ...more] = await eventsOf(sid);
      expect(decodeSessionEnded(event!.payload).effectiveAt).toEqual(row.expiresAt);
      expect(row.expiresAt >= row.openedAt && row.endedAt! >= row.expiresAt).toBe(true);
      expect(more).toEqual([]);
    }
    expect((await rowOf(lea)).expiresAt).toEqual(new Date((nowS + 4) * 1000));
    expect((await rowOf(mia)).idpCheckedAt).toEqual((await rowOf(mia)).openedAt); // nobody has called it active
    await until('it goes on', async () => ((await rowOf(nils)).tokenGeneration >= 4 ? true : undefined));
    expect(await rowOf(nils)).toMatchObject({ endedAt: null, unknownReason: null });
    const lines = (await poller.process.log()).split('\n').filter((line) => line.includes('session_expiry.unusable'));
    expect(lines).toEqual([expect.stringContaining(`refresh.session_expiry.unusable idp=main sid=${nils}`)]);
  });

  it('T144: a refusal means what it means at that product', async () => {
    const canary = await signIn('lucy', { clientId: 'at-llng' });
    await until('refreshing is known to work', async () =>
      (await rowOf(canary)).tokenGeneration > 1 ? true : undefined,
    );
    answers.set('gus', () => refusal('invalid_request'));
    answers.set('hal', () => refusal('invalid_grant', 403));
    answers.set('ida', () => refusal('interaction_required'));
    answers.set('joe', () => refusal('invalid_request'));
    answers.set('kai', () => refusal('invalid_grant'));
    const gus = await signInEarlier('gus', 'at-llng');
    const hal = await signInEarlier('hal', 'at-auth0');
    const ida = await signInEarlier('ida', 'at-entra');
    const joe = await signInEarlier('joe', 'at-generic');
    const kai = await signInEarlier('kai', 'at-policy');
    await until('LemonLDAP’s invalid_request ends', () => isEnded(gus));
    await until('the policy ends', () => isEnded(kai));
    expect(await untilUnknown(hal, 'grant_gone', 2)).toMatchObject({ endedAt: null, reauthReason: 'tokens_gone' });
    expect(sentOf('hal')).toHaveLength(1);
    expect(await untilUnknown(ida, 'reauth')).toMatchObject({ endedAt: null, reauthReason: 'idp_asks' });
    expect(await untilUnknown(joe, 'config', 2)).toMatchObject({ endedAt: null, reauthReason: null });
  });
});
