import { describe, expect, it } from '@jest/globals';
import { sessionState } from './session-state.js';

const PARTS = { clientId: 's6BhdRkqt3', origin: 'https://client.example.org', browserState: '3f1c9a' };

describe('a session state', () => {
  it('IDP-28: is the SHA-256 of client, origin, browser state and salt, and the salt', () => {
    expect(sessionState(PARTS, 'af0ifjsldkj')).toBe(
      'd2072a2c89ac985098a91b2e82594be53200f14de358156b9c4ff6891623cc7b.af0ifjsldkj',
    );
  });

  it('differs each time, and never contains a space', () => {
    const [one, other] = [sessionState(PARTS), sessionState(PARTS)];
    expect(one).not.toBe(other);
    expect(one).toMatch(/^[0-9a-f]{64}\.[\w-]{22}$/);
  });

  it.each([
    ['client', { clientId: 'another' }],
    ['origin', { origin: 'https://client.example.org:8443' }],
    ['browser state', { browserState: '' }],
  ])('is another for another %s', (_what, changed) => {
    expect(sessionState({ ...PARTS, ...changed }, 's')).not.toBe(sessionState(PARTS, 's'));
  });
});
