import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { Browser } from '../test/browser.js';
import { asRegistered, everyPage, listed, order, redeemAs, registerClient } from '../test/operator.js';
import { authorizeUrl, isActive, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

interface Delivery {
  readonly id: string;
  readonly clientId: string;
  readonly state: string;
}

let idp: TestIdp;
let databaseUrl: string;
let deaf: Server;
let isDeaf = true;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl);
  deaf = createServer((_request, response) => response.writeHead(isDeaf ? 503 : 200).end());
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await idp.close();
  await new Promise((resolve) => deaf.close(resolve));
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

describe('what is owed to clients', () => {
  it('shows who has not been told and why, and is tried again at once when an operator wants that', async () => {
    await registerClient(idp, 'deaf', {
      backchannel_logout_uri: `http://localhost:${(deaf.address() as AddressInfo).port}/logout`,
      backchannel_logout_session_required: true,
    });
    const browser = new Browser();
    await signIn(idp, browser, 'ana', 'deaf');
    await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
    const ended = await order(idp, 'DELETE', '/admin/people/sub-ana/sessions');
    expect(ended.body).toMatchObject({ ended: 1, told: 1, notYetTold: 1 });

    const failed = await listed<Delivery>(idp, '/admin/deliveries?state=failed&clientId=deaf');
    expect(failed).toMatchObject([{ clientId: 'deaf', sub: 'sub-ana', lastError: expect.stringContaining('503') }]);
    expect(await listed(idp, '/admin/deliveries?state=delivered')).toMatchObject([{ clientId: 'gateway' }]);
    expect(await listed(idp, '/admin/deliveries?state=given_up')).toEqual([]);
    const [ending] = await listed<{ deliveries: Delivery[] }>(idp, '/admin/endings?sub=sub-ana');
    expect(ending).toMatchObject({ sub: 'sub-ana', cause: 'operator', actor: 'operator', push: true });
    expect(ending?.deliveries.map(({ clientId }) => clientId).sort()).toEqual(['deaf', 'gateway']);

    isDeaf = false;
    const retry = `/admin/deliveries/${failed[0]?.id ?? ''}/retry`;
    expect((await order(idp, 'POST', retry)).status).toBe(202);
    const path = '/admin/deliveries?clientId=deaf&state=delivered';
    await until('it is delivered', async () => (await listed(idp, path)).length === 1 || undefined);
    expect(await order(idp, 'POST', retry)).toMatchObject({ status: 409, body: { type: 'urn:sso:problem:delivered' } });
    expect(await listed(idp, '/admin/audit?action=delivery.retried')).toMatchObject([
      { actor: 'operator', clientId: 'deaf', sub: 'sub-ana' },
    ]);
  });

  it('is read page by page, the newest first', async () => {
    for (let round = 0; round < 3; round += 1) {
      await signIn(idp, new Browser(), 'ben');
      await order(idp, 'DELETE', '/admin/people/sub-ben/sessions');
    }
    const pages = await everyPage<{ endedAt: string }>(idp, '/admin/endings?sub=sub-ben&limit=2');
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    const times = pages.flat().map(({ endedAt }) => endedAt);
    expect(times).toEqual(times.toSorted().reverse());
    const deeds = await everyPage<{ id: string }>(idp, '/admin/audit?sub=sub-ben&limit=2');
    const ids = deeds.flat().map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  });
});

describe('what a person lets a client have', () => {
  it('is shown to operators, and withdrawn by them: tokens are gone, the session lives, it is asked again', async () => {
    const client = await registerClient(idp, 'third-party', { first_party: false });
    const browser = new Browser();
    const asked = await signIn(idp, browser, 'ben', 'third-party');
    const page = await browser.get(asked.location ?? '');
    const agreed = await browser.submit(page, idp.issuer, { decision: 'allow' });
    const tokens = await redeemAs(idp, client, await browser.get(agreed.location ?? ''));
    const [consent] = await listed(idp, '/admin/people/sub-ben/consents');
    expect(consent).toMatchObject({ clientId: 'third-party', scopes: expect.arrayContaining(['openid', 'email']) });

    const mine = await redeem(idp, await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' })));
    const withdrawn = await order(idp, 'DELETE', '/admin/people/sub-ben/consents/third-party');
    expect(withdrawn.status).toBe(200);
    expect(await listed(idp, '/admin/people/sub-ben/consents')).toEqual([]);
    const introspected = await asRegistered(idp, client, '/oauth/introspect', { token: tokens.refresh_token ?? '' });
    expect(await introspected.json()).toEqual({ active: false });
    const again = await browser.get(authorizeUrl(idp, 'third-party', { prompt: 'none' }));
    expect(again.location?.searchParams.get('error')).toBe('consent_required');
    expect(await isActive(idp, mine.refresh_token)).toBe(true);
    expect((await order(idp, 'DELETE', '/admin/people/sub-ben/consents/third-party')).status).toBe(404);
    expect((await order(idp, 'GET', '/admin/people/nobody/consents')).status).toBe(404);
  });
});
