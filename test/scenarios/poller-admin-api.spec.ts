import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Sid } from '#session';
import { type IdpInput, pollersForSuite } from '../support/poller.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

/** How one product's API answers, as its documentation has it; `there` is whether the person's session is. */
interface Product {
  readonly entry: (issuer: string) => Partial<IdpInput>;
  readonly pathOf: (sub: string) => string;
  readonly answer: (sub: string, there: boolean) => Scripted;
  readonly evidence: object;
  /** it says "not found", which counts only if a canary is seen */
  readonly wantsCanary: boolean;
}

const client = { id: 'looker', secret: { env: 'LOOKER_SECRET' } };
const sidOf = (sub: string) => `idp-session-of-${sub}`;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

const PRODUCTS: Readonly<Record<string, Product>> = {
  Keycloak: {
    entry: (issuer) => ({
      profile: 'keycloak',
      adminApi: { kind: 'keycloak', base: `${issuer}/admin/realms/x`, client },
    }),
    pathOf: (sub) => `/admin/realms/x/users/${sub}/sessions`,
    answer: (sub, there) => ({
      status: 200,
      body: ['another-of-hers', ...(there ? [sidOf(sub)] : [])].map((id) => ({ id, userId: sub, clients: {} })),
    }),
    evidence: { method: 'admin-api', probes: 2 },
    wantsCanary: false,
  },
  Auth0: {
    entry: (issuer) => ({
      profile: 'auth0',
      adminApi: { kind: 'auth0', base: issuer, client, audience: `${issuer}/api/v2/` },
    }),
    pathOf: (sub) => `/api/v2/sessions/${sidOf(sub)}`,
    answer: (sub, there) =>
      there
        ? { status: 200, body: { id: sidOf(sub), user_id: sub, expires_at: inAnHour() } }
        : { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'no such session' } },
    evidence: { method: 'admin-api', probes: 1 },
    wantsCanary: true,
  },
  Okta: {
    entry: (issuer) => ({
      profile: 'okta',
      adminApi: { kind: 'okta', base: issuer, token: { env: 'LOOKER_SECRET' }, scheme: 'SSWS' },
    }),
    pathOf: (sub) => `/api/v1/sessions/${sidOf(sub)}`,
    answer: (sub, there) =>
      there
        ? { status: 200, body: { id: sidOf(sub), userId: sub, status: 'ACTIVE', expiresAt: inAnHour() } }
        : { status: 404, body: { errorCode: 'E0000007', errorSummary: 'Not found: Resource not found (Session)' } },
    evidence: { method: 'admin-api', probes: 1 },
    wantsCanary: true,
  },
};

describe.each(Object.entries(PRODUCTS))('a session-poller that asks %s’s API of sessions', (_name, product) => {
  const { the, keepPoller, signIn, rowOf, eventsOf, isEnded } = pollersForSuite();
  const gone = new Set<string>();
  /** an entry for each test that may open the breaker, or wants another canary */
  const LANES = ['server', 'throttled', 'config', 'malformed', 'away', 'all-gone', 'alone', 'robot', 'unseen'];
  let tokens = 0;

  beforeAll(async () => {
    const entry = product.entry(the().idp.issuer);
    const others = Object.fromEntries(LANES.map((lane) => [lane, entry]));
    const robot = { ...entry, probe: { canarySub: 'robot' } };
    const allGone = { ...entry, probe: { unsafeIntervalS: 0.1 } }; // it is left alone for ten intervals, again and again
    const own = { ...others, robot, 'all-gone': allGone };
    await keepPoller({ LOOKER_SECRET: 'secret-of-the-looker' }, entry, own);
  });

  /** Signs people in at an IdP that knows them all, by the client `at`. */
  const signInAt = async (at: string, ...subs: readonly string[]): Promise<readonly Sid[]> => {
    const { idp } = the();
    idp.token = () => ({
      status: 200,
      body: { access_token: `api-token-${(tokens += 1)}`, token_type: 'Bearer', expires_in: 300 },
    });
    for (const sub of subs) idp.paths.set(product.pathOf(sub), () => product.answer(sub, !gone.has(sub)));
    return Promise.all(subs.map((sub) => signIn(sub, { clientId: at })));
  };
  const asked = (sub: string) => the().idp.received.filter(({ path }) => path === product.pathOf(sub)).length;
  const askedMore = async (sub: string, count: number) => {
    const from = asked(sub);
    await until(`${sub} is asked about ${count} times more`, () => (asked(sub) >= from + count ? true : undefined));
  };
  const confirmed = (sid: Sid) =>
    until('the IdP confirms the session', async () => {
      const { idpCheckedAt, openedAt } = await rowOf(sid);
      return idpCheckedAt > openedAt ? true : undefined;
    });
  const saysThatItDoesNotKnow = (sid: Sid, reason: string) =>
    until(`it does not know: ${reason}`, async () => ((await rowOf(sid)).unknownReason === reason ? true : undefined));

  it('confirms those that are there, and ends the one that is gone, with one event', async () => {
    const [ana, ben] = await signInAt('gateway', 'ana', 'ben');
    await confirmed(ana!);
    await confirmed(ben!);
    gone.add('ana');
    await until('the session ends', () => isEnded(ana!));
    const [event, ...more] = await eventsOf(ana!);
    expect(more).toEqual([]);
    expect(event?.payload).toMatchObject({ data: { cause: 'poll_session_ended', evidence: product.evidence } });
    await askedMore('ben', 2);
    expect(await isEnded(ben!)).toBeUndefined();
  });

  it('asks with a token of its own, and never with one of the person’s', async () => {
    const from = the().idp.received.length;
    const [cleo] = await signInAt('gateway', 'cleo');
    await confirmed(cleo!);
    const requests = the()
      .idp.received.slice(from)
      .filter(({ path }) => path === product.pathOf('cleo'));
    for (const { authorization } of requests)
      expect(authorization).toMatch(/^(?:Bearer api-token-|SSWS secret-of-the-looker)/);
    expect(
      the()
        .idp.received.slice(from)
        .some(({ path }) => path === '/introspect'),
    ).toBe(false);
  });

  it.each<[string, string, Scripted]>([
    ['T130: 503 with HTML', 'server', { status: 503, body: '<h1>Bad gateway</h1>' }],
    ['429', 'throttled', { status: 429, body: {} }],
    ['T132: our token is refused', 'config', { status: 401, body: { error: 'invalid_token' } }],
    ['200 with HTML', 'malformed', { status: 200, body: '<h1>Sign in</h1>' }],
  ])('ends nobody for %s', async (_answer, reason, answer) => {
    const [dan, eve] = await signInAt(reason, 'dan', 'eve');
    await confirmed(dan!);
    await confirmed(eve!);
    the().idp.paths.set(product.pathOf('dan'), () => answer);
    await saysThatItDoesNotKnow(dan!, reason);
    await askedMore('dan', 2);
    expect(await isEnded(dan!)).toBeUndefined();
    expect(await eventsOf(dan!)).toEqual([]);
  });

  it('ends nobody while the IdP is away, and goes on when it is back', async () => {
    const [finn] = await signInAt('away', 'finn');
    await confirmed(finn!);
    await the().idp.stop();
    await saysThatItDoesNotKnow(finn!, 'unreachable');
    await the().idp.listen();
    await until('it knows again', async () => ((await rowOf(finn!)).unknownReason === null ? true : undefined));
    expect(await isEnded(finn!)).toBeUndefined();
  });

  if (product.wantsCanary) {
    it('ends nobody when everybody is "not found": the canary is missing too', async () => {
      const subs = ['gus', 'hal', 'ida'];
      const sids = await signInAt('all-gone', ...subs);
      for (const sid of sids) await confirmed(sid);
      for (const sub of subs) gone.add(sub);
      for (const sid of sids) await saysThatItDoesNotKnow(sid, 'config');
      for (const sub of subs) await askedMore(sub, 2);
      for (const sid of sids) expect(await isEnded(sid)).toBeUndefined();
      gone.delete('ida');
      await until('gus ends when ida is seen again', () => isEnded(sids[0]!));
      expect(await isEnded(sids[2]!)).toBeUndefined();
    });

    it('ends nobody when there is nobody else to ask about', async () => {
      gone.add('jan');
      const [jan] = await signInAt('alone', 'jan');
      await saysThatItDoesNotKnow(jan!, 'config');
      await askedMore('jan', 2);
      expect(await isEnded(jan!)).toBeUndefined();
    });

    it('asks about the synthetic person before others, where one is configured', async () => {
      for (const sub of ['kim', 'lea']) gone.add(sub);
      const [robot] = await signInAt('robot', 'robot');
      const [kim, lea] = await signInAt('robot', 'kim', 'lea');
      await until('kim ends', () => isEnded(kim!));
      await until('lea ends', () => isEnded(lea!));
      expect(await isEnded(robot!)).toBeUndefined();
    });
  } else {
    it('ends nobody on a list without the session before the API has shown any', async () => {
      await the().database.issuerHealth.deleteMany();
      gone.add('mia');
      const [mia] = await signInAt('unseen', 'mia');
      await saysThatItDoesNotKnow(mia!, 'uncalibrated');
      await askedMore('mia', 2);
      expect(await isEnded(mia!)).toBeUndefined();
    });
  }
});
