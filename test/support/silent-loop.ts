import { answerTo, type GatewaySuite } from './gateway.js';
import { forgetChecks, messageOf, onwardOf } from './silent.js';
import { until } from './until.js';
import { type Seen, Visitor } from './visitor.js';

export const BROWSERS = [
  'cookies work',
  'cookies are all blocked',
  'session cookie is not kept',
  'own cookie is lost at the callback',
] as const;
export type BrowserKind = (typeof BROWSERS)[number];

export const IDPS = [
  'always says login_required',
  'signs in at once',
  'always says server_error',
  'takes no hint and knows nobody',
  'takes no hint and signs in without',
  'answers with an unknown state',
  'refuses with an unknown state',
  'answers as another issuer',
] as const;
export type IdpKind = (typeof IDPS)[number];

export const PAGES = [
  'asks when nobody is signed in',
  'ignores silent=',
  'always asks',
  'always asks in two tabs',
] as const;
export type PageKind = (typeof PAGES)[number];

const ASKS = 10;
let pages = 0;

/** A browser that does with cookies what browsers do to people. */
class LossyVisitor extends Visitor {
  constructor(private readonly kind: BrowserKind) {
    super();
  }

  override async send(url: string, init: RequestInit): Promise<Seen> {
    const isWithheld = this.kind === 'own cookie is lost at the callback' && new URL(url).pathname === '/bff/callback';
    const seen = await (isWithheld ? this.sendWithout('bff-browser', url, init) : super.send(url, init));
    if (this.kind === 'cookies are all blocked') await this.jar.removeAllCookies();
    if (this.kind === 'session cookie is not kept') await this.drop(url, 'bff-session');
    return seen;
  }

  /** The cookie stays with the browser; this one request does not carry it. */
  private async sendWithout(name: string, url: string, init: RequestInit): Promise<Seen> {
    const other = new Visitor();
    for (const cookie of await this.jar.getCookies(url))
      if (cookie.key !== name) await other.jar.setCookie(cookie, url);
    const seen = await other.send(url, init);
    for (const line of seen.headers.getSetCookie()) await this.jar.setCookie(line, url);
    return seen;
  }

  private async drop(url: string, name: string): Promise<void> {
    const { hostname } = new URL(url);
    await this.jar.store.removeCookie(hostname, '/', name);
  }
}

/** A page in a browser, with an IdP behind it. It follows whatever moves it on, and asks ten times at most. */
export class LoopingPage {
  readonly visitor: LossyVisitor;
  /** answers of the gateway that redirect, in all tabs */
  redirects = 0;
  /** redirects, and pages that went on to another site or back by themselves after a departure */
  moves = 0;
  /** frames that told their page nothing */
  unheard = 0;
  readonly story: string[] = [];
  private readonly sub = `looper-${(pages += 1)}`;

  constructor(
    private readonly suite: GatewaySuite,
    private readonly kinds: {
      readonly browser: BrowserKind;
      readonly idp: IdpKind;
      readonly page: PageKind;
      readonly flow: 'silent-top' | 'silent-iframe';
    },
  ) {
    this.visitor = new LossyVisitor(kinds.browser);
    // the code is the nonce: many pages may be under way at once
    suite.idp.token = async (form) => {
      const [nonce = '', sub = ''] = (form.get('code') ?? '').split('~');
      const id_token = await suite.idp.sign({ aud: 'gateway', nonce, sub, sid: `${sub}-1` });
      return { status: 200, body: { id_token, access_token: 'a', token_type: 'Bearer', expires_in: 300 } };
    };
  }

  /** An answer that can't be matched to its request can't be told to the page that waits: one at most. */
  get unheardAllowed(): number {
    return this.unheard <= 1 && (this.kinds.idp.includes('unknown state') || this.kinds.browser.includes('callback'))
      ? this.unheard
      : 0;
  }

  /** Starts with somebody signed in, of whom the IdP was not asked for an hour. */
  async signIn(): Promise<void> {
    await this.follow(`${this.suite.gateway.a}/bff/login?returnUrl=/page`, 'signs in at once');
    await forgetChecks(this.suite.database, this.sub);
    [this.redirects, this.moves, this.landed] = [0, 0, null];
    this.story.length = 0;
  }

  /** @param together both tabs have asked before either was answered; else the second is opened after the first answer */
  async run({ together } = { together: false }): Promise<void> {
    const first = this.tab();
    if (this.kinds.page !== 'always asks in two tabs') return first;
    if (!together) await until('the first tab is answered', () => Promise.resolve(this.story.length > 0 || undefined));
    await Promise.all([first, this.tab()]);
  }

  private async tab(): Promise<void> {
    let silent: string | null = null;
    for (let asked = 0; asked < ASKS && (await this.wants(silent)); asked += 1) {
      if (this.kinds.flow === 'silent-iframe') {
        const last = await this.follow(`${this.suite.gateway.a}/bff/silent-login?rid=r`);
        if (last === 'page' || messageOf(last) === undefined) this.unheard += 1;
      } else {
        const last = await this.follow(`${this.suite.gateway.a}/bff/login?prompt=none&returnUrl=/page`);
        if (last !== 'page') return; // a page of the gateway's own: it goes nowhere, so nobody asks again
        silent = this.landed;
      }
    }
  }

  private landed: string | null = null;

  private async wants(silent: string | null): Promise<boolean> {
    const { page } = this.kinds;
    if (page === 'always asks' || page === 'always asks in two tabs') return true;
    if (page === 'asks when nobody is signed in' && silent !== null) return false;
    const user = await this.visitor.get(`${this.suite.gateway.a}/bff/user?slide=false`, { 'x-csrf': '1' });
    return user.status !== 200;
  }

  /** Follows redirects and pages that go on by themselves, until the page is there again or nothing moves any more. */
  private async follow(start: string, idp = this.kinds.idp): Promise<Seen | 'page'> {
    let url = new URL(start);
    for (let hops = 0; hops < 50; hops += 1) {
      if (url.pathname === '/page') {
        this.landed = url.searchParams.get('silent');
        return 'page';
      }
      const seen = await this.visitor.get(url.href);
      const onward = onwardOf(seen);
      this.story.push(`${url.pathname} ${seen.status}`);
      if (seen.location !== undefined) this.redirects += 1;
      if (seen.location !== undefined || (onward !== undefined && url.pathname === '/bff/callback')) this.moves += 1;
      const next = seen.location ?? (onward === undefined ? undefined : new URL(onward, url));
      if (next === undefined) return seen;
      url = next.origin === this.suite.idp.issuer ? this.answerOf(next, idp) : next;
    }
    throw new Error(`there is no end of it: ${this.story.join(' > ')}`);
  }

  /** What the IdP sends the browser back with. */
  private answerOf({ searchParams: parameters }: URL, idp: IdpKind): URL {
    const departure = { visitor: this.visitor, frontEnd: this.suite.gateway.a, parameters };
    const { state, iss } = answerTo(this.suite.idp, departure);
    const plain = { state, iss };
    const code = `${parameters.get('nonce') ?? ''}~${this.sub}`;
    const isHinted = parameters.has('id_token_hint');
    const answers: Readonly<Record<IdpKind, Readonly<Record<string, string>>>> = {
      'always says login_required': { ...plain, error: 'login_required' },
      'signs in at once': { ...plain, code },
      'always says server_error': { ...plain, error: 'server_error' },
      'takes no hint and knows nobody': { ...plain, error: isHinted ? 'invalid_request' : 'login_required' },
      'takes no hint and signs in without': { ...plain, ...(isHinted ? { error: 'invalid_request' } : { code }) },
      'answers with an unknown state': { ...plain, code, state: 'of-nobody' },
      'refuses with an unknown state': { ...plain, error: 'login_required', state: 'of-nobody' },
      'answers as another issuer': { ...plain, code, iss: 'https://other.example' },
    };
    const query = new URLSearchParams(answers[idp]).toString();
    return new URL(`/bff/callback?${query}`, this.suite.gateway.a);
  }
}
