import { describe, expect, it } from '@jest/globals';
import { answerTo, comeBack, depart, gatewayForSuite, userOf } from '../support/gateway.js';
import { signedInLongAgo } from '../support/silent.js';
import { Visitor } from '../support/visitor.js';

describe('a link of another site', () => {
  const suite = gatewayForSuite();

  it.each(['max_age=0', 'max_age=600', 'acr_values=impossible'])(
    'signs nobody out by a silent sign-in that demands more (%s): the IdP’s no is about the demand',
    async (demand) => {
      const { idp, gateway } = suite();
      const { visitor } = await signedInLongAgo(suite(), `victim-${demand}`);
      const departure = await depart(gateway.a, `prompt=none&returnUrl=/back&${demand}`, visitor);
      const { state, iss } = answerTo(idp, departure);
      const seen = await comeBack(departure, { state, iss, error: 'login_required' });
      expect(seen.location?.searchParams.get('silent')).toBe('login_required');
      expect((await userOf(visitor, gateway.a)).status).toBe(200);
    },
  );

  it('names nobody else to the IdP in a silent sign-in that is about the person who is signed in', async () => {
    const { gateway } = suite();
    const { visitor } = await signedInLongAgo(suite(), 'named');
    const { parameters } = await depart(gateway.a, 'prompt=none&login_hint=somebody-else', visitor);
    expect([parameters.has('id_token_hint'), parameters.has('login_hint')]).toEqual([true, false]);
    const other = await depart(gateway.b, 'prompt=none&login_hint=somebody', new Visitor());
    expect(other.parameters.get('login_hint')).toBe('somebody');
  });

  it('takes no session cookie away that the browser did not show with it: SameSite=Strict ones stay', async () => {
    const { gateway } = suite();
    const seen = await new Visitor().get(`${gateway.a}/bff/logout?returnUrl=/x`);
    expect(seen.location?.pathname).toBe('/x');
    expect(seen.headers.getSetCookie()).toEqual([]);
  });
});
