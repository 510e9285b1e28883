import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sid } from '#session';
import type { RunningApp } from '../support/apps.js';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { type Scripted, ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

describe('the session-poller, as a process, and answers that are not about the session', () => {
  const { the, keepPoller, signIn, tokens, rowOf, eventsOf, isEnded, calibrate } = pollersForSuite();
  let moved: ScriptedIdp;
  let poller: RunningApp;
  beforeAll(async () => {
    moved = await ScriptedIdp.start();
    moved.metadata = { issuer: 'https://other.example.com' };
    poller = await keepPoller({ LEASE_S: '60' }, {}, { moved: { issuer: moved.issuer } });
    await calibrate();
  });
  afterEach(() => {
    the().idp.paths.clear();
    the().idp.introspection = () => active;
  });
  afterAll(() => moved.stop());
  const untilUnknown = (sid: Sid, reason: string) =>
    until(`it is unknown: ${reason}`, async () => ((await rowOf(sid)).unknownReason === reason ? true : undefined));

  it('T136: "inactive" of a token that the gateway replaced meanwhile is asked again at once, of the new one', async () => {
    the().idp.introspection = (form) => (form.get('token') === 'refresh-uli' ? inactive : active);
    let replaced = false;
    the().idp.paths.set('/introspect', async (form): Promise<Scripted> => {
      if (form.get('token') === 'refresh-uli' && !replaced) {
        replaced = true;
        const { sid, held } = await heldOf('uli');
        await tokens().begin(sid, held.generation, new Date(), { leaseMs: 15_000, again: false });
        await tokens().store(sid, held.generation, { ...held.tokens, refreshToken: 'refresh-uli-2' }, new Date());
      }
      return form.get('token') === 'refresh-uli' ? inactive : active;
    });
    const sid = await signIn('uli');
    const row = await until('it is confirmed long before the lease ends', async () => {
      const seen = await rowOf(sid);
      return seen.idpCheckedAt > seen.openedAt ? seen : undefined;
    });
    expect(row).toMatchObject({ tokenGeneration: 2, weakEndedAt: null, endedAt: null });
  });
  const heldOf = async (sub: string) => {
    const { id } = await the().database.ssoSession.findFirstOrThrow({ where: { sub } });
    const sid = id as Sid;
    return { sid, held: (await tokens().read(sid))! };
  };

  it('T150: an introspection answer as a JWT counts if it is signed, by the IdP, for this client, now', async () => {
    const { idp } = the();
    const headers = { 'content-type': 'application/token-introspection+jwt' };
    const signed = async (aud: string, answer: object, claims: object = {}) => ({
      ...{ status: 200, headers },
      body: await idp.sign({ aud, token_introspection: answer, ...claims }, { typ: 'token-introspection+jwt' }),
    });
    const [good, other] = [await signed('gateway', { active: false }), await signed('shop', { active: false })];
    const captured = await signed('gateway', { active: false }, { iat: Math.floor(Date.now() / 1000) - 600 });
    const answers: Readonly<Record<string, Scripted>> = {
      'refresh-ivy': captured,
      'refresh-finn': { ...good, body: `${good.body.slice(0, -8)}AAAAAAAA` },
      'refresh-gus': other,
      'refresh-hal': good,
    };
    idp.introspection = (form) => answers[form.get('token') ?? ''] ?? active;
    const [finn, gus, hal, ivy] = await Promise.all(['finn', 'gus', 'hal', 'ivy'].map((sub) => signIn(sub)));
    await until('the session of the good answer ends', () => isEnded(hal!));
    for (const sid of [finn!, gus!, ivy!]) {
      await untilUnknown(sid, 'malformed');
      expect(await eventsOf(sid)).toEqual([]);
    }
  });

  it('T153: a discovery document of another issuer means that nobody is asked, and is an alarm', async () => {
    moved.introspection = () => inactive;
    const sid = await signIn('ida', { iss: moved.issuer, clientId: 'moved' });
    await untilUnknown(sid, 'config');
    expect(moved.received.some(({ path }) => path === '/introspect')).toBe(false);
    expect(await isEnded(sid)).toBeUndefined();
    await until('the alarm', async () =>
      /probe\.alarm idp=moved .*detail=other_issuer/.test(await poller.process.log()) ? true : undefined,
    );
  });
});
