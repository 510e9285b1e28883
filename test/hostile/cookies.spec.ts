import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, startGateway, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';

const HOST = 'app.example.com';

interface Heard {
  readonly status: number;
  readonly location: URL | undefined;
  readonly cookies: readonly string[];
  readonly text: string;
}

describe('cookies of a front end with https, whose TLS ends at a proxy in front', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    gateway = await startGateway(apps(), idp, await freshDatabase('hub'), {}, ({ issuer }) => {
      const usual = usualSites({ issuer, origins: [`https://${HOST}`] });
      const [site] = usual.frontEnds;
      return {
        ...usual,
        frontEnds: [{ ...site }, { ...site, origin: 'https://strict.example.com', cookie: { sameSite: 'strict' } }],
      };
    });
  }, 90_000);
  afterAll(() => idp.stop());

  /** As the proxy in front passes it on. */
  const ask = (path: string, cookie = '', host = HOST) =>
    new Promise<Heard>((resolve, reject) => {
      const { hostname, port } = new URL(gateway.app.origin);
      const headers = { host, 'x-csrf': '1', ...(cookie === '' ? {} : { cookie }) };
      request({ hostname, port, path, headers }, (answer) => {
        const { location, 'set-cookie': cookies = [] } = answer.headers;
        text(answer).then((body) => {
          const to = location === undefined ? undefined : new URL(location, `https://${host}`);
          resolve({ status: answer.statusCode ?? 0, location: to, cookies, text: body });
        }, reject);
      })
        .on('error', reject)
        .end();
    });
  const nameAndValue = (line: string) => line.split(';')[0] ?? '';
  const attributes = (line: string) =>
    line
      .split(';')
      .slice(1)
      .map((part) => part.trim())
      .toSorted();

  async function signIn(host = HOST) {
    const departure = await ask('/bff/login', '', host);
    const asked = departure.location?.searchParams ?? new URLSearchParams();
    idp.token = async () => ({
      status: 200,
      body: {
        id_token: await idp.sign({
          aud: 'gateway',
          nonce: asked.get('nonce') ?? '',
          sub: 'ana',
          sid: `ana-at-${host}`,
        }),
        ...{ access_token: 'an-access-token', token_type: 'Bearer', expires_in: 300 },
      },
    });
    const answer = new URLSearchParams({ code: 'a-code', state: asked.get('state') ?? '', iss: idp.issuer });
    const back = await ask(`/bff/callback?${answer.toString()}`, departure.cookies.map(nameAndValue).join('; '), host);
    return { departure, back };
  }

  it('T084: are Secure, HttpOnly, of this host alone, and named so that browsers hold us to it', async () => {
    const { departure, back } = await signIn();
    expect(departure.cookies.map((line) => line.split('=')[0])).toEqual(['__Host-bff-browser']);
    expect(attributes(departure.cookies[0]!)).toEqual(['HttpOnly', 'Path=/', 'SameSite=None', 'Secure']);
    expect(back.status).toBe(303);
    const session = back.cookies.find((line) => line.startsWith('__Host-bff-session='));
    expect(attributes(session ?? '')).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
    expect((await ask('/bff/user', nameAndValue(session ?? ''))).status).toBe(200);
  });

  it('T082: a cookie of the plain name, which another host of the domain could set, is ignored', async () => {
    const { departure, back } = await signIn();
    const session = nameAndValue(back.cookies.find((line) => line.startsWith('__Host-bff-session='))!);
    const value = session.slice(session.indexOf('=') + 1);
    for (const tossed of [`bff-session=${value}`, `__Secure-bff-session=${value}`, `__host-bff-session=${value}`])
      expect((await ask('/bff/user', tossed)).status).toBe(401);
    const other = 'A'.repeat(43);
    expect((await ask('/bff/user', `bff-session=${other}; ${session}`)).status).toBe(200);
    const binding = nameAndValue(departure.cookies[0]!);
    const state = departure.location?.searchParams.get('state') ?? '';
    const answer = new URLSearchParams({ code: 'a-code', state, iss: idp.issuer }).toString();
    const tossedBinding = binding.replace('__Host-', '');
    expect((await ask(`/bff/callback?${answer}`, tossedBinding)).status).toBe(400);
  });

  it('is Strict where the front end says so; the way back from the IdP is a page of ours then', async () => {
    const { back } = await signIn('strict.example.com');
    expect(back.status).toBe(200);
    const session = back.cookies.find((line) => line.startsWith('__Host-bff-session='));
    expect(attributes(session ?? '')).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
    expect(back.text).toContain('location.replace("/")');
  });

  it('says that only https will do, to browsers that come by it', async () => {
    const { hostname, port } = new URL(gateway.app.origin);
    const seen = await new Promise<string | string[] | undefined>((resolve) => {
      request({ hostname, port, path: '/bff/user', headers: { host: HOST } }, (answer) => {
        answer.resume();
        resolve(answer.headers['strict-transport-security']);
      }).end();
    });
    expect(seen).toMatch(/^max-age=\d{8,}/);
  });
});
