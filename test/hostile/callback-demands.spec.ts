import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import {
  answerTo,
  comeBack,
  type Departure,
  depart,
  redeemFor,
  startGateway,
  userOf,
  usualSites,
} from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import type { Seen } from '../support/visitor.js';

const nowS = () => Math.floor(Date.now() / 1000);

describe('what a front end or a page asks of a sign-in', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let origin = '';

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const started = await startGateway(apps(), idp, await freshDatabase('hub'), {}, (about) => ({
      ...usualSites(about),
      frontEnds: [
        { path: '/', audience: 'https://api.example.com', scopes: 'openid notes' },
        { path: '/recent', maxAgeS: 300 },
        { path: '/now', maxAgeS: 0 },
        { path: '/strong', acrValues: ['urn:strong', 'urn:stronger'] },
      ].map((entry) => ({ origin: about.origins[0], ...entry })),
    }));
    origin = started.a;
  }, 90_000);
  afterAll(() => idp.stop());

  const answered = (departure: Departure, claims: object): Promise<Seen> => {
    redeemFor(idp, departure, { sub: 'ana', ...claims });
    return comeBack(departure, answerTo(idp, departure));
  };

  it('goes into the authorization request', async () => {
    const query = 'prompt=select_account&max_age=60&acr_values=a+b&login_hint=ana%40example.com&ui_locales=sr-Latn+de';
    expect(Object.fromEntries((await depart(origin, query)).parameters)).toMatchObject({
      prompt: 'select_account',
      max_age: '60',
      acr_values: 'a b',
      login_hint: 'ana@example.com',
      ui_locales: 'sr-Latn de',
      audience: 'https://api.example.com',
      scope: 'openid notes',
    });
  });

  it.each([
    'prompt=none+login',
    'prompt=%0A',
    'max_age=-1',
    'max_age=1e9',
    'acr_values=a%0Ab',
    'ui_locales=%22',
    'login_hint=',
  ])('is refused as %s', async (query) => {
    await expect(depart(origin, query)).rejects.toThrow('bad-parameter');
  });

  it('may be stricter than the front end’s, never less strict', async () => {
    const sent = async (path: string, query: string) =>
      Object.fromEntries((await depart(`${origin}${path}`, query)).parameters);
    expect(await sent('/recent', 'max_age=10')).toMatchObject({ max_age: '10' });
    expect(await sent('/recent', 'max_age=9999')).toMatchObject({ max_age: '300' });
    expect(await sent('/strong', 'acr_values=urn:stronger')).toMatchObject({ acr_values: 'urn:stronger' });
    expect(await sent('/strong', 'acr_values=urn:weak+urn:strong')).toMatchObject({ acr_values: 'urn:strong' });
    await expect(sent('/strong', 'acr_values=urn:weak')).rejects.toThrow('bad-parameter');
    expect(await sent('/recent', 'prompt=none')).not.toHaveProperty('max_age');
  });

  it.each([
    ['is missing', () => ({})],
    ['is an hour ago', () => ({ auth_time: nowS() - 3600 })],
    ['is in the future', () => ({ auth_time: nowS() + 3600 })],
  ])('T064: when auth_time %s, the person is asked to authenticate now; once', async (_name, claims) => {
    const first = await depart(`${origin}/recent`, 'returnUrl=/recent/inside');
    const again = await answered(first, claims());
    expect(again.location?.pathname).toBe('/authorize');
    expect(Object.fromEntries(again.location?.searchParams ?? [])).toMatchObject({ prompt: 'login', max_age: '300' });
    expect((await userOf(first.visitor, first.frontEnd)).status).toBe(401);
    const second = { ...first, parameters: again.location!.searchParams };
    const last = await answered(second, claims());
    expect([last.status, last.location]).toEqual([403, undefined]);
    expect(last.text).toContain('A fresh sign-in is needed');
    expect((await userOf(first.visitor, first.frontEnd)).status).toBe(401);
  });

  it('T064: whoever authenticates the second time is signed in, where the first request wanted to go', async () => {
    const first = await depart(`${origin}/recent`, 'returnUrl=/recent/inside');
    const again = await answered(first, { auth_time: nowS() - 3600 });
    const seen = await answered({ ...first, parameters: again.location!.searchParams }, { auth_time: nowS() });
    expect(seen.location?.pathname).toBe('/recent/inside');
    expect((await userOf(first.visitor, first.frontEnd)).status).toBe(200);
  });

  it('T064: an authentication of four minutes ago is recent enough for max_age=300', async () => {
    const departure = await depart(`${origin}/recent`, 'returnUrl=/recent/inside');
    expect((await answered(departure, { auth_time: nowS() - 240 })).location?.pathname).toBe('/recent/inside');
  });

  it('T065: max_age=0 is sent, and a session of before is not enough', async () => {
    const departure = await depart(`${origin}/now`, 'returnUrl=/now/inside');
    expect(departure.parameters.get('max_age')).toBe('0');
    expect((await answered(departure, { auth_time: nowS() - 120 })).location?.searchParams.get('prompt')).toBe('login');
    const fresh = await depart(`${origin}/now`, 'returnUrl=/now/inside');
    expect((await answered(fresh, { auth_time: nowS() })).location?.pathname).toBe('/now/inside');
  });

  it('acr must be one of those asked for: otherwise a page says what is needed', async () => {
    for (const acr of ['urn:weak', undefined]) {
      const departure = await depart(`${origin}/strong`);
      const seen = await answered(departure, { acr });
      expect([seen.status, seen.location]).toEqual([403, undefined]);
      expect(seen.text).toContain('A stronger sign-in is needed');
      expect((await userOf(departure.visitor, departure.frontEnd)).status).toBe(401);
    }
    const departure = await depart(`${origin}/strong`, 'returnUrl=/strong/inside');
    expect((await answered(departure, { acr: 'urn:stronger' })).location?.pathname).toBe('/strong/inside');
  });

  it('a silent sign-in that is too old or too weak needs interaction, and nobody is redirected to the IdP', async () => {
    for (const query of ['prompt=none&returnUrl=/strong/x', 'prompt=none&max_age=60&returnUrl=/strong/x']) {
      const departure = await depart(`${origin}/strong`, query);
      const seen = await answered(departure, query.includes('max_age') ? { acr: 'urn:strong' } : { acr: 'urn:weak' });
      expect(seen.location?.searchParams.get('silent')).toBe('interaction_required');
      expect((await userOf(departure.visitor, departure.frontEnd)).status).toBe(401);
    }
  });

  it('an answer that comes to another front end of the same IdP signs nobody in at either', async () => {
    const departure = await depart(`${origin}/recent`);
    redeemFor(idp, departure, { sub: 'ana', auth_time: nowS() });
    expect((await comeBack({ ...departure, frontEnd: origin }, answerTo(idp, departure))).status).toBe(400);
    for (const frontEnd of [origin, `${origin}/recent`])
      expect((await userOf(departure.visitor, frontEnd)).status).toBe(401);
  });
});
