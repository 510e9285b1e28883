import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { type Seen, Visitor } from '../support/visitor.js';

const SECRETS = { GTR_TOKEN: 'of-the-watch', OTHER_GTR_TOKEN: 'of-another' };

describe('Global Token Revocation at the gateway, as a process', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let plain: GatewayUnderTest;
  let database: HubDatabase;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    plain = await startGateway(apps(), idp, url);
    gateway = await startGateway(apps(), idp, url, SECRETS, ({ issuer, origins }) => {
      const { idps, services, frontEnds } = usualSites({ issuer, origins });
      const main = { ...idps.main, globalTokenRevocation: { authorization: { env: 'GTR_TOKEN' } } };
      const other = {
        issuer: 'https://other.example',
        client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } },
        globalTokenRevocation: { authorization: { env: 'OTHER_GTR_TOKEN' } },
      };
      return { idps: { main, other }, services, frontEnds: frontEnds.map((entry) => ({ ...entry, idp: 'main' })) };
    });
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const issSub = (sub: string) => ({ format: 'iss_sub', iss: idp.issuer, sub });
  const statusOf = async (visitor: Visitor) => (await userOf(visitor, gateway.a)).status;
  const sessionOf = (sub: string) => database.ssoSession.findFirstOrThrow({ where: { sub } });
  const order = (body: unknown, authorization: string | undefined = `Bearer ${SECRETS.GTR_TOKEN}`, at = gateway) =>
    new Visitor().send(`${at.a}/bff/global-token-revocation`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
    });

  it.each(['subject', 'sub_id'])('ends everything of a person named in %s, twice as well as once', async (member) => {
    const sub = `gtr-${member}`;
    const { visitor } = await signIn(idp, gateway.a, sub, `${sub}-1`);
    for (const time of [1, 2]) expect([time, (await order({ [member]: issSub(sub) })).status]).toEqual([time, 204]);
    const { status, problem } = await userOf(visitor, gateway.a);
    expect([status, problem.reason]).toEqual([401, 'global_token_revocation']);
    const events = await database.outboxEvent.count({ where: { sid: (await sessionOf(sub)).id } });
    expect(events).toBe(1);
  });

  it.each<[string, () => Promise<Seen>, number]>([
    ['no bearer token', () => order({ subject: issSub('safe') }, ''), 401],
    ['a wrong bearer token', () => order({ subject: issSub('safe') }, 'Bearer x'), 401],
    ['the right one, as Basic', () => order({ subject: issSub('safe') }, `Basic ${SECRETS.GTR_TOKEN}`), 401],
    [
      'the bearer token of another IdP',
      () => order({ subject: issSub('safe') }, `Bearer ${SECRETS.OTHER_GTR_TOKEN}`),
      403,
    ],
    ['a person of nobody here', () => order({ subject: { ...issSub('safe'), iss: 'https://x.example' } }), 404],
    ['a subject by e-mail', () => order({ subject: { format: 'email', email: 'safe@example.com' } }), 422],
    ['no subject', () => order({}), 400],
    ['a subject without sub', () => order({ subject: { format: 'iss_sub', iss: 'x' } }), 400],
    ['no JSON', () => order('{'), 400],
    ['a gateway where it is off', () => order({ subject: issSub('safe') }, undefined, plain), 404],
  ])('refuses %s, and changes nothing', async (_name, attack, status) => {
    const { visitor } = await signIn(idp, gateway.a, 'safe', 'safe-1');
    expect((await attack()).status).toBe(status);
    expect(await statusOf(visitor)).toBe(200);
  });
});
