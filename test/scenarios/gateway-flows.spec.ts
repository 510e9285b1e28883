import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../scripts/stack/free-port.js';
import { EventTab } from '../support/event-tab.js';
import { ownIdpForSuite, plainIdpForSuite } from '../support/flow-idps.js';
import { type FlowPerson, flowsForSuite } from '../support/flow-suite.js';
import { until } from '../support/until.js';

const addresses = async () => {
  const port = await freePort();
  return { a: `http://localhost:${port}`, b: `http://127.0.0.1:${port}` };
};
const IDPS = [
  { name: 'the IdP of this repository', idpForSuite: ownIdpForSuite, at: await addresses() },
  { name: 'an oidc-provider that others have configured', idpForSuite: plainIdpForSuite, at: await addresses() },
];

describe.each(IDPS)('people at two front ends with $name', ({ idpForSuite, at: { a, b } }) => {
  const suite = flowsForSuite({ a, b }, idpForSuite({ a, b }));
  const subOf = (login: string) => suite().idp.subOf(login);

  /** Somebody who has signed in at A, an hour ago. */
  const signedIn = async (login: string): Promise<FlowPerson> => {
    const person = suite().newPerson(login);
    expect((await person.signIn(a)).url.href).toBe(`${a}/inside`);
    await suite().anHourGoesBy(login);
    return person;
  };
  const untilSignedOut = (person: FlowPerson, frontEnd: string) =>
    until('nobody is signed in', async () => {
      const user = await person.user(frontEnd);
      return user.status === 401 ? user : undefined;
    });

  it('sign in, and are who they are; their browser gets no token', async () => {
    const ana = await signedIn('ana');
    expect(await ana.user(a)).toMatchObject({ status: 200, sub: subOf('ana') });
    expect((await ana.user(b)).status).toBe(401);
    const row = await suite().rowOf('ana');
    expect(row).toMatchObject({ iss: suite().idp.issuer, endedAt: null, idpSid: expect.any(String) });
    const { cookies } = await ana.jar.serialize();
    const ofGateway = cookies.filter(({ key }) => key?.startsWith('bff-')).map(({ value }) => String(value));
    for (const value of ofGateway) expect(value).toMatch(/^[\w-]{43}$/);
  });

  it('are signed in silently at the other front end, at top level and in a frame, as the same session', async () => {
    const before = suite().idp.authentications;
    for (const ask of ['top level', 'frame']) {
      const ana = await signedIn('ana');
      if (ask === 'top level') expect(await ana.askSilently(b)).toBe('signed_in');
      else expect(await ana.askInFrame(b)).toMatchObject({ source: 'bff-silent-login', isLoggedIn: true, rid: 'r1' });
      expect(await ana.user(b)).toMatchObject({ status: 200, sub: subOf('ana') });
      const browsers = { where: { ssoSessionId: (await suite().rowOf('ana')).id } };
      expect(await suite().database.browserSession.count(browsers)).toBe(2);
    }
    expect(suite().idp.authentications).toBe(before + 2);
  });

  it('hear login_required silently where the IdP knows nobody, and see no page', async () => {
    const nobody = suite().newPerson('ana');
    expect(await nobody.askSilently(a)).toBe('login_required');
    expect(await nobody.askInFrame(b)).toMatchObject({ isLoggedIn: false, error: 'login_required' });
    expect((await nobody.user(a)).status).toBe(401);
  });

  it('have their check and their tokens renewed silently, on the same session', async () => {
    for (const ask of ['top level', 'frame']) {
      const ana = await signedIn('ana');
      const before = await suite().rowOf('ana');
      if (ask === 'top level') expect(await ana.askSilently(a)).toBe('signed_in');
      else expect((await ana.askInFrame(a)).isLoggedIn).toBe(true);
      const after = await suite().rowOf('ana');
      expect(after.id).toBe(before.id);
      expect(after.idpCheckedAt.getTime()).toBeGreaterThan(before.idpCheckedAt.getTime());
      expect(after.accessToken).not.toEqual(before.accessToken);
      expect((await ana.user(a)).logoutUrl).toContain(before.id);
    }
  });

  it('are never swapped silently where the browser is another person’s at the IdP', async () => {
    for (const ask of ['top level', 'frame']) {
      const ana = await signedIn('ana');
      await ana.forgetIdp(); // which her session there survives
      await ana.travel(`${b}/bff/login`, 'ben');
      expect(await ana.user(b)).toMatchObject({ status: 200, sub: subOf('ben') });
      const { ofAnother } = suite().idp;
      if (ask === 'top level') expect(await ana.askSilently(a)).toBe(ofAnother);
      else expect(await ana.askInFrame(a)).toMatchObject({ isLoggedIn: false, error: ofAnother });
      const hasLeft = ofAnother === 'account_changed'; // else an active token says that she has not
      expect(await ana.user(a)).toMatchObject(hasLeft ? { status: 401 } : { status: 200, sub: subOf('ana') });
      expect((await suite().rowOf('ana')).endCause).toBe(hasLeft ? 'silent_check' : null);
      expect((await suite().rowOf('ben')).endedAt).toBeNull();
    }
  });

  it('are signed out by the IdP when another person signs in there in the same browser', async () => {
    const ana = await signedIn('ana');
    await ana.travel(`${b}/bff/login?prompt=login`, 'ben');
    expect(await ana.user(b)).toMatchObject({ status: 200, sub: subOf('ben') });
    expect((await untilSignedOut(ana, a)).reason).toBe('backchannel_logout');
  });

  it('prove again who they are where prompt=login or max_age asks for it, and not else', async () => {
    const ana = await signedIn('ana');
    const { id } = await suite().rowOf('ana');
    for (const [query, more] of [
      ['returnUrl=/', 0],
      ['prompt=login', 1],
      ['max_age=3600', 0],
      ['max_age=0', 1],
    ] as const) {
      const before = suite().idp.authentications;
      await ana.signIn(a, query);
      expect([query, suite().idp.authentications - before]).toEqual([query, more]);
      expect(await ana.user(a)).toMatchObject({ status: 200, sub: subOf('ana') });
    }
    expect((await suite().rowOf('ana')).id).toBe(id);
  });

  it('sign out here and at the IdP, and come back to where they wanted', async () => {
    const ana = await signedIn('ana');
    const landed = await ana.travel(`${(await ana.user(a)).logoutUrl}&returnUrl=/goodbye`);
    expect(landed.url.href).toBe(`${a}/goodbye`);
    expect((await ana.user(a)).status).toBe(401);
    expect(await suite().rowOf('ana')).toMatchObject({ endCause: 'rp_initiated' });
    expect(await suite().database.outboxEvent.count({ where: { sid: (await suite().rowOf('ana')).id } })).toBe(1);
    await suite().anHourGoesBy('ana');
    expect(await ana.askSilently(a)).toBe('login_required');
    await ana.travel(`${a}/bff/login`);
    expect((await ana.user(a)).status).toBe(200);
  });

  it('sign out at the IdP itself, and are signed out at both front ends; an open tab hears it', async () => {
    const [ana, bystander] = [await signedIn('ana'), await signedIn('ana')];
    await ana.askSilently(b);
    const tab = await EventTab.open(ana, b);
    await tab.heard('ready');
    await ana.travel(suite().idp.signOutUrl);
    expect((await tab.heard('session-ended')).data).toEqual({ reason: 'backchannel_logout' });
    await tab.over();
    for (const frontEnd of [a, b]) expect((await untilSignedOut(ana, frontEnd)).reason).toBe('backchannel_logout');
    expect((await bystander.user(a)).status).toBe(200);
  });

  it('have their access token refreshed behind their back, again and again', async () => {
    const ana = await signedIn('ana');
    const seen = new Set<string>();
    for (let times = 0; times < 4; times += 1) {
      const token = await ana.tokenAtService(a);
      expect(token).toMatch(/^Bearer \S+$/);
      seen.add(token);
      const { id } = await suite().rowOf('ana');
      await suite().database.ssoSession.update({ where: { id }, data: { accessExpiresAt: new Date(0) } });
    }
    expect(seen.size).toBe(4);
    expect(await suite().rowOf('ana')).toMatchObject({ endedAt: null, refreshState: null });
  });

  it('are vouched for to proxies while they are signed in', async () => {
    const ana = await signedIn('ana');
    const vouched = await ana.verify(a);
    expect([vouched.status, vouched.headers.get('remote-user')]).toEqual([204, encodeURIComponent(subOf('ana'))]);
    expect((await ana.verify(b)).status).toBe(401);
    await ana.travel((await ana.user(a)).logoutUrl);
    expect((await ana.verify(a)).status).toBe(401);
  });

  it('sign out everywhere: in every browser of theirs, and nobody else', async () => {
    const [laptop, phone, ben] = [await signedIn('ana'), await signedIn('ana'), await signedIn('ben')];
    await phone.askSilently(b);
    const tab = await EventTab.open(phone, b);
    await tab.heard('ready');
    await laptop.travel(`${(await laptop.user(a)).logoutUrl}&everywhere=1`);
    expect((await tab.heard('session-ended')).data).toEqual({ reason: 'user_global_logout' });
    for (const [person, frontEnd] of [
      [laptop, a],
      [phone, a],
      [phone, b],
    ] as const)
      expect(await person.user(frontEnd)).toMatchObject({ status: 401 });
    expect((await suite().rowsOf('ana')).filter(({ endedAt }) => endedAt === null)).toEqual([]);
    expect((await ben.user(a)).status).toBe(200);
  });
});
