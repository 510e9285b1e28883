import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../apps/idp/test/browser.js';
import { authorizeUrl, operate, signIn, startTestIdp, type TestIdp } from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

let [one, two]: TestIdp[] = [];
beforeAll(async () => {
  const database = await freshDatabase('idp');
  const env = { IDP_SECRET_KEYS: `test:${randomBytes(32).toString('base64')}` };
  one = await startTestIdp(database, { env });
  two = await startTestIdp(database, { env });
});
afterAll(async () => {
  await one!.close();
  await two!.close();
});

describe('one session at two replicas at the same instant', () => {
  it('keeps every client that it was signed in to, so that each is told of its end', async () => {
    for (let round = 0; round < 5; round += 1) {
      const browser = new Browser();
      await signIn(one!, browser, 'ana', 'gateway');
      const answers = await Promise.all([
        browser.get(authorizeUrl(one!, 'other', { prompt: 'none' })),
        // cookies know hosts, not ports: the browser takes the session along
        browser.get(authorizeUrl(two!, 'framed', { prompt: 'none' })),
      ]);
      for (const answer of answers) expect(answer.location?.searchParams.get('code')).toEqual(expect.any(String));
      const { body } = await operate(one!, 'GET', '/admin/sessions?login=ana');
      const [session] = body as { id: string; clients: { clientId: string }[] }[];
      expect([round, session!.clients.map(({ clientId }) => clientId).sort()]).toEqual([
        round,
        ['framed', 'gateway', 'other'],
      ]);
      await operate(one!, 'DELETE', `/admin/sessions/${session!.id}?push=none`);
    }
  });
});
