import { type AdminApiTemplate, adminApiPath, type AdminOutcome, type AdminTarget, type Clock } from '#session';
import { type AdminAccess, AdminTokens } from './admin-token.js';
import { IdpError } from './errors.js';
import { type IdpAddress, IdpHttp } from './idp-http.js';

/** An IdP's API of sessions. */
export interface AdminApiOptions extends IdpAddress {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly template: AdminApiTemplate;
  readonly access: AdminAccess;
}

/** Asks an IdP's API of sessions. Reads only; what comes back is judged by `#session`. */
export class AdminApi {
  readonly template: AdminApiTemplate;
  private readonly http: IdpHttp;
  private readonly tokens: AdminTokens;

  /** @param discover gives the IdP's token endpoint; it may throw */
  constructor(
    private readonly options: AdminApiOptions,
    discover: () => Promise<string>,
    clock: Clock,
  ) {
    this.template = options.template;
    this.http = new IdpHttp(options, clock);
    const discovered = () => discover().catch(() => undefined);
    this.tokens = new AdminTokens(options.access, options.issuer, this.http, discovered, clock);
  }

  /**
   * Asks about a session. Never throws for what the IdP or the network does. A token that is refused with 401 is renewed
   * once. Undefined, and nothing is sent, when the session has no id that can be asked about.
   */
  async ask(about: AdminTarget, signal: AbortSignal): Promise<AdminOutcome | undefined> {
    const path = adminApiPath(this.template.path, about);
    if (path === undefined) return undefined;
    try {
      const first = await this.askOnce(path, signal);
      const again = isUnauthorized(first) && this.tokens.forget(first.tokenNumber);
      return again ? await this.askOnce(path, signal) : first;
    } catch (error) {
      if (error instanceof IdpError) return { kind: 'no_access', answer: { kind: 'unreachable', reason: 'insecure' } };
      throw error;
    }
  }

  private async askOnce(path: string, signal: AbortSignal): Promise<AdminOutcome> {
    const token = await this.tokens.token();
    if (token.kind === 'refused') return { kind: 'no_access', answer: token.answer };
    const { base, headers } = this.options;
    const answer = await this.http.send(
      `${base}${path}`,
      { headers: { accept: 'application/json', ...headers, authorization: token.authorization } },
      signal,
    );
    const hasMore = answer.kind === 'answered' && answer.hasNextPage;
    return { kind: 'asked', answer, hasMore, tokenNumber: token.number };
  }
}

function isUnauthorized(outcome: AdminOutcome): outcome is Extract<AdminOutcome, { kind: 'asked' }> {
  return outcome.kind === 'asked' && outcome.answer.kind === 'answered' && outcome.answer.status === 401;
}
