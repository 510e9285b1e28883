import { describe, expect, it } from '@jest/globals';
import { cookieSettings } from './cookies.js';

describe('cookies', () => {
  it('have the strongest prefix that their path allows, on https', () => {
    const { names, long, short } = cookieSettings({ https: true, crossSite: false }, ['key']);
    expect(names).toEqual({
      session: '__Host-idp_session',
      interaction: '__Secure-idp_interaction',
      resume: '__Secure-idp_resume',
    });
    expect(long).toMatchObject({ secure: true, httpOnly: true, signed: true, sameSite: 'lax', path: '/' });
    expect(short).toMatchObject({ secure: true, httpOnly: true, signed: true, sameSite: 'lax' });
  });

  it('have none on plain http, where browsers would drop them', () => {
    const { names, long } = cookieSettings({ https: false, crossSite: false }, ['key']);
    expect(names).toEqual({ session: 'idp_session', interaction: 'idp_interaction', resume: 'idp_resume' });
    expect(long).toMatchObject({ secure: false, sameSite: 'lax' });
  });

  it.each([true, false])('go to frames on other sites only as None and Secure together (https: %s)', (https) => {
    const { long, short } = cookieSettings({ https, crossSite: true }, ['key']);
    for (const attributes of [long, short]) {
      expect(attributes).toMatchObject({ sameSite: 'none', secure: true, httpOnly: true, signed: true });
    }
  });
});
