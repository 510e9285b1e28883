import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

describe('two clients of one IdP, of which one may not ask', () => {
  const { the, startPoller, signIn, rowOf, isEnded, probed } = pollersForSuite();

  it('POL-04: "inactive" of everybody at the one signs nobody out, however active the sessions of the other are', async () => {
    const entry = (id: string) => ({
      ...{ issuer: the().idp.issuer, client: { id, secret: { env: 'CLIENT_SECRET' } }, profile: 'oidc-provider' },
      probe: { unsafeIntervalS: 0.4, maxPerS: 1_000 },
    });
    the().idp.introspection = (form) => (form.get('token')?.startsWith('refresh-other') ? inactive : active);
    const sid = await signIn('mine');
    await startPoller({ IDPS: stringify({ idps: { main: entry('gateway'), second: entry('other') } }) });
    await until('the first client is told', async () =>
      (await rowOf(sid)).idpCheckedAt > (await rowOf(sid)).openedAt ? true : undefined,
    );
    const others = [await signIn('other-1', { clientId: 'other' }), await signIn('other-2', { clientId: 'other' })];
    await until('nobody knows', async () =>
      (await rowOf(others[0]!)).unknownReason === 'uncalibrated' ? true : undefined,
    );
    await probed(20);
    for (const other of others) expect(await isEnded(other)).toBeUndefined();
  });
});
