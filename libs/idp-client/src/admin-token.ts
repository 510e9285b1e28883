import { z } from 'zod';
import type { Clock, ProbeOutcome } from '#session';
import { authenticate, type ClientAuthentication } from './client-authentication.js';
import { IdpError } from './errors.js';
import type { IdpHttp } from './idp-http.js';

/** Who asks an API of sessions. */
export type AdminAccess =
  | { readonly kind: 'token'; readonly scheme: 'Bearer' | 'SSWS' | 'Basic'; readonly token: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly authentication: ClientAuthentication;
      /** undefined: the one that the IdP's discovery document names */
      readonly tokenEndpoint: string | undefined;
      readonly audience: string | undefined;
      readonly scope: string | undefined;
    };

/** A token for the API, or the answer that was no token. */
export type AdminToken =
  | { readonly kind: 'given'; readonly authorization: string; readonly number: number }
  | { readonly kind: 'refused'; readonly answer: ProbeOutcome };

const Answer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().optional().catch(undefined),
});

const USUAL_LIFE_S = 60;
const SHORTEST_LIFE_S = 1;
const BEFORE_ITS_END_S = 30;
const STAYS = 0;

interface Held {
  readonly token: AdminToken;
  readonly untilMs: number;
}

/** Keeps the token that an API of sessions is asked with: got by the client credentials grant, renewed shortly before its end. */
export class AdminTokens {
  private present: Promise<Held> | undefined;
  private latest = STAYS;

  /**
   * @param issuer audience of a client assertion, unless the token endpoint is named by the configuration
   * @param discover gives the IdP's token endpoint; undefined while it can't be had
   */
  constructor(
    private readonly access: AdminAccess,
    private readonly issuer: string,
    private readonly http: IdpHttp,
    private readonly discover: () => Promise<string | undefined>,
    private readonly clock: Clock,
  ) {}

  /** Gives the token. All who ask at once share one request; one that failed is made again for the next who asks. */
  async token(): Promise<AdminToken> {
    const { access } = this;
    if (access.kind === 'token')
      return { kind: 'given', authorization: `${access.scheme} ${access.token}`, number: STAYS };
    const isNew = this.present === undefined;
    const present = (this.present ??= this.fetch(access));
    const { token, untilMs } = await present;
    if (token.kind === 'given' && untilMs > this.clock.now().getTime()) return token;
    if (this.present === present) this.present = undefined;
    return isNew || token.kind === 'refused' ? token : this.token();
  }

  /** The API has refused the token of that number: the next who asks gets another. False when there is no other to be had. */
  forget(number: number): boolean {
    if (number === this.latest) this.present = undefined;
    return number !== STAYS;
  }

  private async fetch(access: Extract<AdminAccess, { kind: 'client' }>): Promise<Held> {
    const endpoint = access.tokenEndpoint ?? (await this.discover());
    if (endpoint === undefined) return refused({ kind: 'unreachable', reason: 'discovery' });
    const { clientId, authentication, audience, scope } = access;
    const now = this.clock.now();
    const issuer = access.tokenEndpoint ?? this.issuer;
    const known = await authenticate(authentication, { issuer, clientId, now });
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      ...(audience === undefined ? {} : { audience }),
      ...(scope === undefined ? {} : { scope }),
      ...known.parameters,
    });
    const headers = { accept: 'application/json', ...known.headers };
    try {
      return this.read(await this.http.send(endpoint, { method: 'POST', headers, body }), now);
    } catch (error) {
      if (error instanceof IdpError) return refused({ kind: 'unreachable', reason: 'insecure' });
      throw error;
    }
  }

  private read(answer: ProbeOutcome, askedAt: Date): Held {
    const given = answer.kind === 'answered' && answer.status === 200 ? Answer.safeParse(answer.body).data : undefined;
    if (given === undefined) return refused(answer);
    const lifeS = Math.max(SHORTEST_LIFE_S, given.expires_in ?? USUAL_LIFE_S);
    this.latest += 1;
    return {
      token: { kind: 'given', authorization: `Bearer ${given.access_token}`, number: this.latest },
      untilMs: askedAt.getTime() + (lifeS - Math.min(BEFORE_ITS_END_S, lifeS / 2)) * 1000,
    };
  }
}

function refused(answer: ProbeOutcome): Held {
  return { token: { kind: 'refused', answer }, untilMs: 0 };
}
