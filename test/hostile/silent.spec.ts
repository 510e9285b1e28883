import { describe, expect, it } from '@jest/globals';
import { answerTo, comeBack, depart, gatewayForSuite, redeemFor, userOf } from '../support/gateway.js';
import { messageOf, signedInLongAgo } from '../support/silent.js';
import { Visitor } from '../support/visitor.js';

describe('silent sign-in at the gateway, as a process', () => {
  const suite = gatewayForSuite();

  describe('silent sign-in', () => {
    it('asks with prompt=none, and names the person that this browser has', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'hinted', 'hinted-1');
      const { parameters } = await depart(suite().gateway.a, 'prompt=none', visitor);
      expect(parameters.get('prompt')).toBe('none');
      expect(parameters.has('id_token_hint')).toBe(true);
      expect((await depart(suite().gateway.a, 'prompt=none')).parameters.has('id_token_hint')).toBe(false);
    });

    it.each([
      ['login_required', 'login_required'],
      ['consent_required', 'consent_required'],
      ['interaction_required', 'interaction_required'],
      ['account_selection_required', 'account_selection_required'],
      ['unmet_authentication_requirements', 'interaction_required'],
      ['temporarily_unavailable', 'unavailable'],
      ['server_error', 'unavailable'],
      ['access_denied', 'denied'],
      ['something_new', 'failed'],
    ])('top level, %s without a session: back at the return URL with silent=%s', async (error, outcome) => {
      const departure = await depart(suite().gateway.a, 'prompt=none&returnUrl=/x%3Fa%3D1%23top');
      const { state, iss } = answerTo(suite().idp, departure);
      const seen = await comeBack(departure, { error, state, iss });
      const cid = seen.location?.searchParams.get('cid') ?? '';
      expect(cid).toMatch(/^[\w-]{12}$/);
      expect(seen.location?.href).toBe(`${suite().gateway.a}/x?a=1&silent=${outcome}&cid=${cid}#top`);
    });

    it('login_required at top level with a hint ends the local session; every other refusal keeps it', async () => {
      for (const [error, status] of [
        ['consent_required', 200],
        ['server_error', 200],
        ['access_denied', 200],
        ['login_required', 401],
      ] as const) {
        const { visitor } = await signedInLongAgo(suite(), 'leaver', `leaver-${error}`);
        const departure = await depart(suite().gateway.a, 'prompt=none', visitor);
        const { state, iss } = answerTo(suite().idp, departure);
        await comeBack(departure, { error, state, iss });
        expect((await userOf(visitor, suite().gateway.a)).status).toBe(status);
      }
      const ended = await suite().database.ssoSession.findMany({ where: { sub: 'leaver', endedAt: { not: null } } });
      expect(ended.map(({ endCause }) => endCause)).toEqual(['silent_check']);
    });

    it('login_required in an iframe ends nothing: the IdP may not have been shown its cookie', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'framed', 'framed-1');
      const departure = await depart(suite().gateway.a, 'rid=r1', visitor, 'silent-login');
      const { state, iss } = answerTo(suite().idp, departure);
      const seen = await comeBack(departure, { error: 'login_required', state, iss });
      expect(seen.status).toBe(200);
      expect(seen.text).toContain(
        '"source":"bff-silent-login","v":1,"isLoggedIn":false,"error":"login_required","rid":"r1"',
      );
      expect(seen.text).toContain(`, "${suite().gateway.a}");`);
      expect(seen.text).not.toContain('"*"');
      expect(seen.headers.get('content-security-policy')).toContain(`frame-ancestors ${suite().gateway.a}`);
      expect(seen.headers.get('x-frame-options')).toBeNull();
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(200);
    });

    it('the iframe’s page carries neither token nor person', async () => {
      const departure = await depart(suite().gateway.b, 'rid=r2', new Visitor(), 'silent-login');
      redeemFor(suite().idp, departure, { sub: 'secretive', sid: 's' });
      const seen = await comeBack(departure, answerTo(suite().idp, departure));
      expect(seen.text).toContain('"isLoggedIn":true');
      expect(seen.text).not.toContain('secretive');
      expect((await userOf(departure.visitor, suite().gateway.b)).claims.get('sub')).toBe('secretive');
    });

    it('refuses to post to an origin that is not the front end’s', async () => {
      const seen = await new Visitor().get(
        `${suite().gateway.a}/bff/silent-login?rid=x&origin=${encodeURIComponent('https://evil.example')}`,
      );
      expect(seen.status).toBe(403);
    });

    it('T068: when another person answers, the original is signed out and the other is not signed in', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'original', 'original-1');
      const departure = await depart(suite().gateway.a, 'prompt=none', visitor);
      redeemFor(suite().idp, departure, { sub: 'other', sid: 'other-1' });
      const seen = await comeBack(departure, answerTo(suite().idp, departure));
      expect(seen.location?.searchParams.get('silent')).toBe('account_changed');
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(401);
      expect(await suite().database.ssoSession.count({ where: { sub: 'other' } })).toBe(0);
      expect((await suite().database.ssoSession.findFirstOrThrow({ where: { sub: 'original' } })).endCause).toBe(
        'silent_check',
      );
    });

    it('T068: nor in a frame: the page is told account_changed', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'framed-original');
      const departure = await depart(suite().gateway.a, 'rid=r', visitor, 'silent-login');
      redeemFor(suite().idp, departure, { sub: 'framed-other', sid: 'framed-other-1' });
      const seen = await comeBack(departure, answerTo(suite().idp, departure));
      expect(messageOf(seen)?.message).toMatchObject({ isLoggedIn: false, error: 'account_changed', rid: 'r' });
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(401);
      expect(await suite().database.ssoSession.count({ where: { sub: 'framed-other' } })).toBe(0);
    });

    it('T069: when the same person answers with another IdP session, the browser is on that one, and the old is not left', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'mover', 'mover-1');
      const departure = await depart(suite().gateway.a, 'prompt=none', visitor);
      redeemFor(suite().idp, departure, { sub: 'mover', sid: 'mover-2' });
      await comeBack(departure, answerTo(suite().idp, departure));
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(200);
      const rows = await suite().database.ssoSession.findMany({
        where: { sub: 'mover' },
        orderBy: { openedAt: 'asc' },
      });
      expect(rows.map(({ idpSid, endCause }) => [idpSid, endCause])).toEqual([
        ['mover-1', 'silent_check'],
        ['mover-2', null],
      ]);
      expect(await suite().database.outboxEvent.count({ where: { sid: rows[0]!.id } })).toBe(1);
    });

    it('of the same person renews the tokens and the time of the check, on the same session', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'renewed');
      const before = await suite().database.ssoSession.findFirstOrThrow({ where: { sub: 'renewed' } });
      const departure = await depart(suite().gateway.a, 'prompt=none', visitor);
      redeemFor(suite().idp, departure, { sub: 'renewed', sid: 'renewed-1' });
      const seen = await comeBack(departure, answerTo(suite().idp, departure));
      expect(seen.location?.href).toBe(`${suite().gateway.a}/`);
      const [after, ...more] = await suite().database.ssoSession.findMany({ where: { sub: 'renewed' } });
      expect(more).toEqual([]);
      expect(after!.id).toBe(before.id);
      expect(after!.tokenGeneration).toBe(before.tokenGeneration + 1);
      expect(after!.idpCheckedAt > before.idpCheckedAt).toBe(true);
    });

    it('asks again without the hint when the IdP does not take it: at once, once, and as the same attempt', async () => {
      const { visitor } = await signedInLongAgo(suite(), 'oldhint');
      const departure = await depart(suite().gateway.a, 'prompt=none&returnUrl=/back&max_age=600', visitor);
      const { state, iss } = answerTo(suite().idp, departure);
      const again = await comeBack(departure, { error: 'invalid_request', state, iss });
      expect(again.location?.href).toContain(`${suite().idp.issuer}/authorize?`);
      const parameters = again.location!.searchParams;
      expect(departure.parameters.has('id_token_hint')).toBe(true);
      expect([parameters.get('prompt'), parameters.has('id_token_hint')]).toEqual(['none', false]);
      const last = await comeBack(departure, { error: 'invalid_request', state: parameters.get('state') ?? '', iss });
      expect([last.status, last.location]).toEqual([200, undefined]); // a third redirect would be one too many
      expect(last.text).toContain('location.replace("/back?silent=failed');
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(200);
    });
  });
});
