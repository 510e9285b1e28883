import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { HubDatabase } from '#store';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { SessionOptions, User } from '../../libs/browser/src/gateway/session.js';
import type { SessionState } from '../../libs/browser/src/session-state.js';
import { appsForSuite } from './apps.js';
import { type ChromiumWishes, chromiumForSuite } from './chromium.js';
import { freshDatabase } from './databases.js';
import { type GatewayUnderTest, startGateway, usualSites } from './gateway.js';
import { ScriptedIdp, type Scripted } from './scripted-idp.js';
import { until } from './until.js';

type State = SessionState<User>;

const PAGE = '<!doctype html><title>A page</title><script src="/sdk.js"></script><script src="/page.js"></script>';
const SCRIPT = `
states = [];
session = sessionSync.createSession(globalThis.sdkOptions ?? {});
states.push(session.state);
session.subscribe((state) => states.push(state));
`;
/** so that a minute can pass at once */
const CLOCK = 'const now = Date.now; globalThis.skewMs = 0; Date.now = () => now() + globalThis.skewMs;';
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };

/** A gateway, an IdP where `who` is signed in, and a browser. */
export class BrowserStage {
  who: { readonly sub: string; readonly sid: string } | undefined;
  private count = 0;
  /** paths below the gateway that the browser has asked for, those of frames too */
  asked: string[] = [];

  constructor(
    readonly idp: ScriptedIdp,
    readonly gateway: GatewayUnderTest,
    readonly database: HubDatabase,
    readonly context: BrowserContext,
  ) {
    const nonces = new Map<string, string>();
    idp.paths.set('/authorize', (query) => this.authorize(query, nonces));
    idp.paths.set('/logout', (query) => {
      this.who = undefined;
      return goTo(query.get('post_logout_redirect_uri') ?? '', { state: query.get('state') ?? '' });
    });
    idp.token = async (form) => ({
      status: 200,
      body: {
        ...{ access_token: 'an-access-token', token_type: 'Bearer', expires_in: 300, refresh_token: 'a-refresh-token' },
        id_token: await idp.sign({ aud: 'gateway', ...this.who, nonce: nonces.get(form.get('code') ?? '') ?? '' }),
      },
    });
    context.on('request', (request) => {
      if (request.url().startsWith(gateway.a)) this.asked.push(new URL(request.url()).pathname);
    });
  }

  private authorize(query: URLSearchParams, nonces: Map<string, string>): Scripted {
    const back = query.get('redirect_uri') ?? '';
    const answer = { state: query.get('state') ?? '', iss: this.idp.issuer };
    if (this.who === undefined) return goTo(back, { error: 'login_required', ...answer });
    const code = `code-${(this.count += 1)}`;
    nonces.set(code, query.get('nonce') ?? '');
    return goTo(back, { code, ...answer });
  }

  /** Opens a tab. */
  async open(options: SessionOptions = {}, path = '/', init = ''): Promise<Tab> {
    const page = await this.context.newPage();
    await page.addInitScript(`${CLOCK}${init};globalThis.sdkOptions = ${JSON.stringify(options)}`);
    const tab = new Tab(page);
    await page.goto(`${this.gateway.a}${path}`);
    return tab;
  }

  /** Opens a tab and signs `sub` in there. */
  async signIn(sub: string, options: SessionOptions = {}, init?: string): Promise<Tab> {
    this.who = { sub, sid: `${sub}-1` };
    const tab = await this.open(options, '/bff/login?returnUrl=/', init);
    await tab.status('signed_in');
    return tab;
  }

  /** The IdP ends its session and tells the gateway. */
  async endAtIdp(sid: string): Promise<void> {
    this.who = undefined;
    const token = await this.idp.sign(
      { aud: 'gateway', jti: `jti-${Math.random()}`, events: EVENTS, sid },
      { typ: 'logout+jwt' },
    );
    const body = new URLSearchParams({ logout_token: token });
    const answer = await fetch(`${this.gateway.a}/bff/backchannel`, { method: 'POST', body });
    if (answer.status !== 200) throw new Error(`the gateway answered ${answer.status}`);
  }

  /** How often the browser has asked for a path. */
  times(path: string): number {
    return this.asked.filter((asked) => asked === path).length;
  }

  /** How often the browser was at the IdP's door. */
  get atIdp(): number {
    return this.idp.received.filter(({ path }) => path === '/authorize').length;
  }
}

/** A tab with the page in it. */
export class Tab {
  constructor(readonly page: Page) {}

  /** Waits until the session's status is this one. */
  async status(wanted: string): Promise<State> {
    return until(`the status is ${wanted}`, async () => {
      const state = await this.state().catch(() => undefined); // it may be on its way to another page
      return state?.status === wanted ? state : undefined;
    });
  }

  state(): Promise<State> {
    return this.page.evaluate<State>('session.state');
  }

  /** Waits until a silent sign-in has been tried. */
  silent(): Promise<State> {
    return until('a silent sign-in was tried', async () => {
      const states = await this.page.evaluate<readonly State[]>('states');
      return states.find(({ silent }) => silent !== undefined);
    });
  }

  /** Every status that the page has shown, each once in a row. */
  async story(): Promise<readonly string[]> {
    const states = await this.page.evaluate<readonly State[]>('states');
    return states.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1]);
  }

  check(): Promise<string> {
    return this.page.evaluate<string>('session.checkSession()');
  }

  /** Lets a minute pass, unseen by every timer. */
  async minuteLater(): Promise<void> {
    await this.page.evaluate('void (skewMs += 61_000)');
  }

  /** Somebody comes back to the tab. */
  async focus(): Promise<void> {
    await this.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  }

  /** Waits until so many tabs hold the lock of this name, and so many wait for it. */
  async untilLocks(name: string, wanted: readonly [held: number, pending: number]): Promise<void> {
    const counted = `[held, pending].map((all) => all.filter((lock) => lock.name.startsWith('${name} ')).length)`;
    await until(`the lock ${name}: ${wanted.join()}`, async () => {
      const found = await this.page.evaluate<readonly number[]>(
        `navigator.locks.query().then(({ held, pending }) => ${counted})`,
      );
      return found.join() === wanted.join() ? true : undefined;
    });
  }

  /** How many frames are in the document. */
  frames(): Promise<number> {
    return this.page.evaluate<number>("document.querySelectorAll('iframe').length");
  }
}

function goTo(base: string, parameters: Readonly<Record<string, string>>): Scripted {
  const location = `${base}?${new URLSearchParams(parameters).toString()}`;
  return { status: 302, body: '', headers: { location } };
}

/** Gives each test of this suite a browser of its own, in front of one gateway. `coolDownS` is that of silent sign-ins. */
export function browserSessionForSuite(coolDownS = 30, wishes: ChromiumWishes = {}): () => BrowserStage {
  const apps = appsForSuite();
  const chromium: () => Browser = chromiumForSuite(wishes);
  let [folder, idp, gateway, database] = [''] as unknown as [string, ScriptedIdp, GatewayUnderTest, HubDatabase];
  let stage: BrowserStage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'session-sync-page-'));
    await copyFile('dist/browser/session-sync.global.js', join(folder, 'sdk.js'));
    await Promise.all([writeFile(join(folder, 'index.html'), PAGE), writeFile(join(folder, 'page.js'), SCRIPT)]);
    const [started, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    [idp, database] = [started, new HubDatabase(url)];
    gateway = await startGateway(apps(), idp, url, { SIGN_INS_PER_MINUTE: '100000', SESSION_MEMORY: '0' }, (at) => {
      const file = usualSites(at);
      const more = { pages: { folder }, silent: { coolDownS } };
      return { ...file, frontEnds: file.frontEnds.map((entry) => ({ ...entry, ...more })) };
    });
  }, 90_000);
  beforeEach(async () => {
    idp.received.length = 0;
    stage = new BrowserStage(idp, gateway, database, await chromium().newContext());
  });
  afterEach(() => stage.context.close());
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return () => stage;
}
