import { describe, expect, it } from '@jest/globals';
import { AnswerProof } from './answer-proof.js';

const proof = new AnswerProof('a secret', { https: true, crossSite: false });
const valueOf = (cookie: string) => cookie.split(';')[0] ?? '';

describe('the proof that a browser has answered itself', () => {
  it('is a cookie for the way back of one interaction', () => {
    expect(proof.cookieFor('u1')).toMatch(
      /^__Secure-idp_answered=[\w-]{43}; Path=\/authorize\/u1; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(new AnswerProof('a secret', { https: false, crossSite: false }).cookieFor('u1')).not.toContain('Secure');
  });

  it.each([
    ['its own', `a=b; ${valueOf(proof.cookieFor('u1'))}`, true],
    ['its own beside one that was written over it', `__Secure-idp_answered=x; ${valueOf(proof.cookieFor('u1'))}`, true],
    ['that of another interaction', valueOf(proof.cookieFor('u2')), false],
    ['a made-up one', '__Secure-idp_answered=x', false],
    ['one under another name', valueOf(proof.cookieFor('u1')).replace('__Secure-', ''), false],
    ['none', undefined, false],
  ])('takes %s: %s', (_what, header, accepted) => {
    expect(proof.isIn(header, 'u1')).toBe(accepted);
  });
});
