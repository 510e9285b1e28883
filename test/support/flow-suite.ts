import { afterAll, beforeAll } from '@jest/globals';
import { CookieJar } from 'tough-cookie';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { Browser, type Page } from '../../scripts/demo/browser.js';
import { appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase } from './databases.js';
import { type FlowAddresses, type FlowIdp } from './flow-idps.js';
import { EchoService } from './rotating-grants.js';
import { endCoolDowns, forgetChecks, messageOf, type SilentMessage } from './silent.js';

/** What a front end says about who is signed in. */
export interface FlowUser {
  readonly status: number;
  readonly sub: unknown;
  readonly logoutUrl: string;
  readonly reason: string | undefined;
}

/** A gateway process with two front ends at one IdP, and a service that gets access tokens. */
export class FlowSuite {
  constructor(
    readonly at: FlowAddresses,
    readonly idp: FlowIdp,
    readonly database: HubDatabase,
    readonly gateway: RunningApp,
  ) {}

  newPerson(login: string): FlowPerson {
    return new FlowPerson(this, login);
  }

  rowsOf(login: string) {
    return this.database.ssoSession.findMany({ where: { sub: this.idp.subOf(login) }, orderBy: { openedAt: 'asc' } });
  }

  /** The session that was opened last. */
  async rowOf(login: string) {
    const row = (await this.rowsOf(login)).at(-1);
    if (row === undefined) throw new Error(`${login} has no session`);
    return row;
  }

  /** Lets an hour go by since the IdP was asked about anybody or any browser was sent on a silent sign-in. */
  async anHourGoesBy(login: string): Promise<void> {
    await forgetChecks(this.database, this.idp.subOf(login));
    await endCoolDowns(this.database);
  }
}

/** Somebody with a browser of their own. */
export class FlowPerson {
  readonly jar = new CookieJar();
  readonly browser = new Browser(this.jar);

  constructor(
    private readonly suite: FlowSuite,
    readonly login: string,
  ) {}

  /** Goes to an address, and does what the IdP asks on the way, as `login`. */
  travel(url: string, login = this.login): Promise<Page> {
    return this.suite.idp.travel(this.browser, url, login);
  }

  /** Signs in with whatever pages that takes. @param query of `/bff/login` */
  signIn(frontEnd: string, query = 'returnUrl=/inside'): Promise<Page> {
    return this.travel(`${frontEnd}/bff/login?${query}`);
  }

  /** Asks silently at top level; gives the outcome as the page's address says it, `signed_in` where it says nothing. */
  async askSilently(frontEnd: string): Promise<string> {
    const { url } = await this.browser.open(`${frontEnd}/bff/login?prompt=none&returnUrl=/inside`);
    if (url.href.split('?')[0] !== `${frontEnd}/inside`) throw new Error(`it ended at ${url.origin}${url.pathname}`);
    return url.searchParams.get('silent') ?? 'signed_in';
  }

  /** Asks silently in a frame; gives what its page says to the page around it. */
  async askInFrame(frontEnd: string): Promise<SilentMessage> {
    const { html } = await this.browser.open(`${frontEnd}/bff/silent-login?rid=r1`);
    const said = messageOf({ text: html });
    if (said === undefined) throw new Error('the frame says nothing');
    if (said.to !== frontEnd) throw new Error(`the frame speaks to ${said.to}`);
    return said.message;
  }

  async user(frontEnd: string): Promise<FlowUser> {
    const { status, body } = await this.browser.ask(`${frontEnd}/bff/user?slide=false`);
    const claims = Array.isArray(body) ? (body as readonly { readonly type: string; readonly value: unknown }[]) : [];
    const valueOf = (name: string) => claims.find(({ type }) => type === name)?.value;
    const { reason } = Array.isArray(body) ? {} : (body as { readonly reason?: string });
    return { status, sub: valueOf('sub'), logoutUrl: `${frontEnd}${String(valueOf('bff:logout_url'))}`, reason };
  }

  /** The person's own doing: all cookies but the gateway's are deleted. */
  async forgetIdp(): Promise<void> {
    const { store } = this.jar;
    for (const { domain, path, key } of await store.getAllCookies())
      if (!key.startsWith('bff-')) await store.removeCookie(domain ?? '', path ?? '/', key);
  }

  /** Asks `/bff/verify` as a proxy does for this browser. */
  async verify(frontEnd: string): Promise<Response> {
    const cookie = await this.jar.getCookieString(frontEnd);
    return fetch(`${frontEnd}/bff/verify`, { headers: { cookie, 'x-forwarded-method': 'GET' } });
  }

  /** The Authorization that the service was shown. */
  async tokenAtService(frontEnd: string): Promise<string> {
    const cookie = await this.jar.getCookieString(frontEnd);
    const response = await fetch(`${frontEnd}/bff/api/echo/`, { headers: { cookie, 'x-csrf': '1' } });
    if (!response.ok) throw new Error(`the service answers ${response.status} ${await response.text()}`);
    return response.text();
  }
}

/** Gives this suite a gateway for `idp`, at addresses that the IdP knows already. */
export function flowsForSuite(at: FlowAddresses, idp: () => FlowIdp): () => FlowSuite {
  const apps = appsForSuite();
  const closers: (() => Promise<void>)[] = [];
  let suite: FlowSuite | undefined;
  beforeAll(async () => {
    const [hubUrl, echo] = await Promise.all([freshDatabase('hub'), EchoService.start()]);
    const database = new HubDatabase(hubUrl);
    closers.push(
      () => database.$disconnect(),
      () => {
        echo.stop();
        return Promise.resolve();
      },
    );
    const sites = {
      idps: { main: idp().entry },
      services: { echo: { origin: echo.origin, credential: 'access_token' } },
      frontEnds: [at.a, at.b].map((origin) => ({ origin, services: ['echo'], forwardAuth: true })),
    };
    const gateway = await apps().start('gateway', {
      ...{ PORT: new URL(at.a).port, HUB_DATABASE_URL: hubUrl, GATEWAY_URL: at.a, CLIENT_SECRET: idp().secret },
      ...{ ASSERTION_KEYS: JSON.stringify(apps().assertionKey), TOKEN_KEYS: apps().tokenKeys },
      FRONT_ENDS: stringify(sites),
    });
    suite = new FlowSuite(at, idp(), database, gateway);
  }, 90_000);
  afterAll(async () => {
    for (const close of closers) await close();
  });
  return () => suite!;
}
