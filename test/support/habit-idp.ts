import { randomUUID } from 'node:crypto';
import type { Scripted, ScriptedIdp } from './scripted-idp.js';

/** What an IdP is like. */
export interface Habits {
  /** it says so of every refresh token, alive or not */
  readonly refreshTokensInactive?: boolean;
  /** it says so of every token */
  readonly allInactive?: boolean;
  /** tokens live on when the session has ended */
  readonly tokensStay?: boolean;
  readonly rotates?: boolean;
  /** seconds without use after which the session is over */
  readonly idleS?: number;
  /** which of its endpoints count as use, beside sign-ins */
  readonly slidBy?: readonly ('introspection' | 'userinfo' | 'refresh')[];
  /** `expires_in` of access tokens */
  readonly lifeS?: number;
}

/** Makes a scripted IdP behave like one with a session of one person, who needs no page to sign in. */
export class HabitIdp {
  /** every token and code that was ever given */
  readonly secrets: string[] = [];
  readonly revoked: string[] = [];
  private session: { lastUsedAt: number } | undefined;
  private readonly nonces = new Map<string, string>();
  private readonly good = new Map<string, { lastUsedAt: number }>();

  constructor(
    private readonly idp: ScriptedIdp,
    private readonly habits: Habits,
  ) {
    idp.metadata = { userinfo_endpoint: `${idp.issuer}/me`, revocation_endpoint: `${idp.issuer}/revoke` };
    idp.introspection = (form) => this.introspect(form.get('token') ?? '');
    idp.token = (form) => this.exchange(form);
    idp.paths.set('/authorize', (query) => this.authorize(query));
    idp.paths.set('/me', () => this.userinfo());
    idp.paths.set('/logout', () => {
      this.session = undefined;
      return { status: 200, body: 'bye' };
    });
    idp.paths.set('/revoke', (form) => {
      this.revoked.push(form.get('token') ?? '');
      return { status: 200, body: {} };
    });
  }

  private authorize(query: URLSearchParams): Scripted {
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', query.get('state') ?? '');
    back.searchParams.set('iss', this.idp.issuer);
    if (this.session !== undefined && !this.isAlive(this.session)) this.session = undefined;
    if (query.get('prompt') === 'none' && this.session === undefined) back.searchParams.set('error', 'login_required');
    else back.searchParams.set('code', this.use(query.get('nonce') ?? ''));
    return { status: 303, body: '', headers: { location: back.href } };
  }

  private use(nonce: string): string {
    this.session ??= { lastUsedAt: 0 };
    this.session.lastUsedAt = Date.now();
    const code = this.given('code');
    this.nonces.set(code, nonce);
    return code;
  }

  private async exchange(form: URLSearchParams): Promise<Scripted> {
    const nonce = this.nonces.get(form.get('code') ?? '');
    if (nonce === undefined) return this.refresh(form.get('refresh_token') ?? '');
    const auth_time = Math.floor(Date.now() / 1000);
    const id_token = await this.idp.sign({ aud: 'gateway', sub: 'ana', sid: 'a-session', nonce, auth_time });
    this.secrets.push(id_token);
    return { status: 200, body: { ...this.tokens(this.session!), id_token } };
  }

  private refresh(token: string): Scripted {
    if (!this.isGood(token)) return { status: 400, body: { error: 'invalid_grant' } };
    const session = this.good.get(token)!;
    this.slide('refresh', token);
    if (this.habits.rotates === true) this.good.delete(token);
    const fresh = this.tokens(session);
    return { status: 200, body: this.habits.rotates === true ? fresh : { ...fresh, refresh_token: token } };
  }

  private tokens(session: { lastUsedAt: number }) {
    const [access_token, refresh_token] = [this.given('access'), this.given('refresh')];
    for (const token of [access_token, refresh_token]) this.good.set(token, session);
    return { access_token, refresh_token, token_type: 'Bearer', expires_in: this.habits.lifeS ?? 300 };
  }

  private introspect(token: string): Scripted {
    const hidden =
      this.habits.allInactive === true || (this.habits.refreshTokensInactive === true && token.startsWith('refresh'));
    if (hidden || !this.isGood(token)) return { status: 200, body: { active: false } };
    this.slide('introspection', token);
    return { status: 200, body: { active: true, sub: 'ana', client_id: 'gateway' } };
  }

  private userinfo(): Scripted {
    const token = this.idp.received.at(-1)?.authorization?.replace('Bearer ', '') ?? '';
    if (!this.isGood(token))
      return { status: 401, body: {}, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    this.slide('userinfo', token);
    return { status: 200, body: { sub: 'ana' } };
  }

  private isGood(token: string): boolean {
    const session = this.good.get(token);
    if (session === undefined) return false;
    return this.habits.tokensStay === true || (session === this.session && this.isAlive(session));
  }

  private isAlive({ lastUsedAt }: { readonly lastUsedAt: number }): boolean {
    return this.habits.idleS === undefined || Date.now() - lastUsedAt < this.habits.idleS * 1000;
  }

  private slide(endpoint: 'introspection' | 'userinfo' | 'refresh', token: string): void {
    const session = this.good.get(token);
    if (this.habits.slidBy?.includes(endpoint) === true && session !== undefined) session.lastUsedAt = Date.now();
  }

  private given(kind: string): string {
    const secret = `${kind}-${randomUUID()}`;
    this.secrets.push(secret);
    return secret;
  }
}
