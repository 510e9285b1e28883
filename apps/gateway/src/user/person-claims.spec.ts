import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import type { SessionTokens, SsoSession } from '#session';
import { PersonClaims } from './person-claims.js';

const session = (sid: string, tokenGeneration: number) => ({ sid, tokenGeneration }) as unknown as SsoSession;
const idTokenOf = (name: string) =>
  new SignJWT({ name, sub: 's', nonce: 'n', sid: 'idp' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32));

/** Tokens of any session, of the generation that a test says. */
function reading(entries = 10) {
  const state = { reads: 0, generation: 1, ended: false };
  const tokens = {
    read: async () => {
      state.reads += 1;
      const { generation, ended } = state;
      const idToken = await idTokenOf(`generation-${generation}`);
      return ended ? undefined : { generation, tokens: { idToken } };
    },
  } as unknown as SessionTokens;
  return { state, claims: new PersonClaims(tokens, entries) };
}

describe("the memory of people's claims", () => {
  it('reads an ID token once for each generation, also for many who ask at once', async () => {
    const { state, claims } = reading();
    await Promise.all(Array.from({ length: 10 }, async () => claims.of(session('a', 1))));
    expect(await claims.of(session('a', 1))).toBe('{"type":"name","value":"generation-1"},{"type":"sub","value":"s"}');
    expect(state.reads).toBe(1);
    state.generation = 2;
    expect(await claims.of(session('a', 2))).toContain('generation-2');
    expect(await claims.of(session('a', 1))).toContain('generation-2'); // the session was read a moment before
    expect(state.reads).toBe(2);
  });

  it('holds no more than it may, and nothing of a session that has ended', async () => {
    const { state, claims } = reading(2);
    for (const sid of ['a', 'b', 'a', 'c']) await claims.of(session(sid, 1));
    expect(state.reads).toBe(3);
    await claims.of(session('a', 1));
    expect(state.reads).toBe(3);
    state.ended = true;
    expect(await claims.of(session('b', 1))).toBeUndefined();
    expect(await claims.of(session('a', 2))).toBeUndefined();
    expect(await claims.of(session('a', 1))).toBeUndefined();
  });
});
