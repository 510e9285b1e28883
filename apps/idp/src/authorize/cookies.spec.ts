import { describe, expect, it } from '@jest/globals';
import { cookieSettings } from './cookies.js';

describe('cookies', () => {
  it('have the strongest prefix that their path allows, on https', () => {
    const { names, long, short } = cookieSettings(true, ['key']);
    expect(names).toEqual({
      session: '__Host-idp_session',
      interaction: '__Secure-idp_interaction',
      resume: '__Secure-idp_resume',
    });
    expect(long).toMatchObject({ secure: true, httpOnly: true, signed: true, sameSite: 'lax', path: '/' });
    expect(short).toMatchObject({ secure: true, httpOnly: true, signed: true, sameSite: 'lax' });
  });

  it('have none on plain http, where browsers would drop them', () => {
    const { names, long } = cookieSettings(false, ['key']);
    expect(names).toEqual({ session: 'idp_session', interaction: 'idp_interaction', resume: 'idp_resume' });
    expect(long).toMatchObject({ secure: false });
  });
});
