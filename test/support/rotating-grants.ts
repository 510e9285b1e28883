import { comeBack, depart, type SiteFile, usualSites } from './gateway.js';
import type { Scripted, ScriptedIdp } from './scripted-idp.js';
import { Upstream } from './upstream.js';
import { type Seen, Visitor } from './visitor.js';

/** What an IdP has given for one sign-in. */
interface Grant {
  readonly sub: string;
  newest: number;
  isOver: boolean;
}

/** What a test wants to be different about the next refresh. */
export type OnRefresh = (rightAnswer: () => Promise<Scripted>) => Promise<Scripted> | Scripted;

/**
 * Lets a scripted IdP give refresh tokens as a strict one does: each is good once (unless they stay), and one that comes
 * again ends everything that was given for its sign-in.
 */
export class RotatingGrants {
  /** refresh tokens that came in, in order */
  readonly sent: string[] = [];
  onRefresh: OnRefresh | undefined;
  private readonly grants: Grant[] = [];
  private next = { sub: '', sid: '', nonce: '' };

  constructor(
    private readonly idp: ScriptedIdp,
    private readonly options: { readonly stay: boolean } = { stay: false },
  ) {
    idp.token = (form) => (form.get('grant_type') === 'refresh_token' ? this.refresh(form) : this.redeem());
  }

  get reuses(): number {
    return this.grants.filter(({ isOver }) => isOver).length;
  }

  /** Signs `sub` in, with `sid` as the IdP's session; with `prompt=none` silently. */
  async signIn(frontEnd: string, sub: string, visitor = new Visitor(), query = 'returnUrl=/'): Promise<Visitor> {
    const departure = await depart(frontEnd, query, visitor);
    this.next = { sub, sid: `idp-session-of-${sub}`, nonce: departure.parameters.get('nonce') ?? '' };
    const state = departure.parameters.get('state') ?? '';
    const seen = await comeBack(departure, { code: 'a-code', state, iss: this.idp.issuer });
    if (seen.status >= 400) throw new Error(`no sign-in, but ${seen.status} ${seen.text}`);
    return visitor;
  }

  /** How many refresh tokens of this person came in. */
  sentOf(sub: string): readonly string[] {
    return this.sent.filter((token) => token.split('.')[0] === sub);
  }

  /** Gives a good answer to a refresh, with whatever a test wants to be different in its ID token. */
  async answerWithIdToken(sub: string, claims: Readonly<Record<string, unknown>>): Promise<Scripted> {
    const id_token = await this.idp.sign({ aud: 'gateway', sub, ...claims });
    const body = {
      access_token: 'of-an-id-token',
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: 'other',
      id_token,
    };
    return { status: 200, body };
  }

  private async redeem(): Promise<Scripted> {
    const { sub, sid, nonce } = this.next;
    const grant = { sub, newest: 1, isOver: false };
    const index = this.grants.push(grant) - 1;
    const id_token = await this.idp.sign({
      aud: 'gateway',
      sub,
      sid,
      nonce,
      auth_time: Math.floor(Date.now() / 1000) - 5,
    });
    return { status: 200, body: { ...this.tokensOf(grant, index), id_token } };
  }

  private refresh(form: URLSearchParams): Promise<Scripted> | Scripted {
    const token = form.get('refresh_token') ?? '';
    this.sent.push(token);
    const rightAnswer = () => Promise.resolve(this.rightAnswer(token));
    const { onRefresh } = this;
    this.onRefresh = undefined;
    return onRefresh === undefined ? rightAnswer() : onRefresh(rightAnswer);
  }

  private rightAnswer(token: string): Scripted {
    const [, index, count] = token.split('.').map(Number);
    const grant = this.grants[index ?? -1];
    if (grant !== undefined && count !== grant.newest && !this.options.stay) grant.isOver = true;
    if (grant === undefined || grant.isOver) return { status: 400, body: { error: 'invalid_grant' } };
    grant.newest += 1;
    return { status: 200, body: this.tokensOf(grant, index ?? -1) };
  }

  private tokensOf({ sub, newest }: Grant, index: number) {
    const count = this.options.stay ? 1 : newest;
    return {
      ...{ access_token: `access.${sub}.${index}.${newest}`, token_type: 'Bearer', expires_in: 300 },
      refresh_token: `${sub}.${index}.${count}`,
    };
  }
}

/** A service that says which Authorization it was shown. */
export class EchoService {
  private constructor(private readonly upstream: Upstream) {}

  get origin(): string {
    return this.upstream.origin;
  }

  static async start(): Promise<EchoService> {
    const upstream = await Upstream.start();
    upstream.answer = (request, response) => {
      response.setHeader('content-type', 'text/plain').end(request.headers.authorization ?? '');
    };
    return new EchoService(upstream);
  }

  /** The usual file with this service, which gets access tokens. */
  sites(refreshTokens: 'rotate' | 'stay') {
    return (options: Parameters<typeof usualSites>[0]): SiteFile => {
      const usual = usualSites(options);
      return {
        idps: { main: { ...usual.idps.main, refreshTokens } },
        services: { echo: { origin: this.origin, credential: 'access_token' } },
        frontEnds: usual.frontEnds.map((frontEnd) => ({ ...frontEnd, services: ['echo'] })),
      };
    };
  }

  /** Asks it as a page of the front end does. */
  static ask(visitor: Visitor, frontEnd: string): Promise<Seen> {
    return visitor.get(`${frontEnd}/bff/api/echo/`, { 'x-csrf': '1' });
  }

  stop(): void {
    this.upstream.stop();
  }
}
