import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { type Seen, Visitor } from '../support/visitor.js';

const LIMIT = 5;
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/sessions-revoked';
const ORDER = 'Bearer-of-the-admin';

describe('tokens that somebody makes up, from behind the address that the IdP has too', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let database: HubDatabase;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    const env = { REFUSED_TOKENS_PER_MINUTE: String(LIMIT), ORDER };
    gateway = await startGateway(apps(), idp, url, env, ({ issuer, origins }) => {
      const { idps, ...rest } = usualSites({ issuer, origins });
      const ssf = { transmitter: issuer, audience: 'us' };
      return {
        ...rest,
        idps: { main: { ...idps.main, ssf, globalTokenRevocation: { authorization: { env: 'ORDER' } } } },
      };
    });
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const send = (path: string, body: string, headers: Record<string, string>): Promise<Seen> =>
    new Visitor().send(`${gateway.a}/bff/${path}`, { method: 'POST', body, headers });
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const logOut = (token: string) => send('backchannel', `logout_token=${token}`, FORM);
  const push = (token: string) => send('ssf/events', token, { 'content-type': 'application/secevent+jwt' });
  const order = (sub: string, bearer: string) => {
    const body = JSON.stringify({ sub_id: { format: 'iss_sub', iss: idp.issuer, sub } });
    return send('global-token-revocation', body, {
      'content-type': 'application/json',
      authorization: `Bearer ${bearer}`,
    });
  };
  const logoutToken = (sid: string) =>
    idp.sign({ aud: 'gateway', jti: `logout-${sid}`, events: EVENTS, sid }, { typ: 'logout+jwt' });
  const enter = async (sub: string) => (await signIn(idp, gateway.a, sub, `${sub}-1`)).visitor;
  const isIn = async (visitor: Visitor) => (await userOf(visitor, gateway.a)).status === 200;

  it('T037: are answered 429 when they are many; no logout of the IdP’s is lost for them', async () => {
    const [ana, ben, cleo] = [await enter('ana'), await enter('ben'), await enter('cleo')];
    const statuses: number[] = [];
    for (let times = 0; times <= LIMIT + 1; times += 1) statuses.push((await logOut('made.up')).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429]);
    expect([(await push('made.up')).status, (await order('ana', 'guessed')).status]).toEqual([429, 429]);
    expect((await logOut(await logoutToken('ana-1'))).status).toBe(200);
    const event = { aud: 'us', jti: 'set-1', exp: undefined, events: { [RISC]: {} } } as unknown as Record<
      string,
      string
    >;
    const sub_id = { format: 'iss_sub', iss: idp.issuer, sub: 'ben' };
    expect((await push(await idp.sign({ ...event, sub_id }, { typ: 'secevent+jwt' }))).status).toBe(202);
    expect((await order('cleo', ORDER)).status).toBe(204);
    expect([await isIn(ana), await isIn(ben), await isIn(cleo)]).toEqual([false, false, false]);
  });

  it('a logout that we could not carry out is not the IdP’s fault, and does not count', async () => {
    await database.$executeRaw`ALTER TABLE "SeenToken" RENAME TO "SeenTokenAway"`;
    const statuses: number[] = [];
    for (let times = 0; times < 2 * LIMIT; times += 1)
      statuses.push((await logOut(await logoutToken(`away-${times}`))).status);
    await database.$executeRaw`ALTER TABLE "SeenTokenAway" RENAME TO "SeenToken"`;
    expect(new Set(statuses)).toEqual(new Set([400]));
  });
});
