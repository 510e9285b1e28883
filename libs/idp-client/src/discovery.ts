import { OidcError, parseProviderMetadata, type ProviderMetadata } from '#oidc';
import type { Clock } from '#session';
import { IdpError } from './errors.js';
import type { Answer, IdpHttp } from './idp-http.js';

/** Endpoints that a discovery document does not name. */
export interface ConfiguredEndpoints {
  readonly introspection?: string | undefined;
  readonly revocation?: string | undefined;
  readonly endSession?: string | undefined;
}

const LIFE_MS = 10 * 60_000;
const RETRY_MS = 30_000;

/** What an IdP says of itself: asked every ten minutes, and remembered through an outage. */
export class Discovery {
  private known: { readonly metadata: Promise<ProviderMetadata>; readonly until: number } | undefined;
  private lastGood: ProviderMetadata | undefined;
  private askedAt = -Infinity;

  constructor(
    private readonly http: IdpHttp,
    private readonly issuer: string,
    private readonly endpoints: ConfiguredEndpoints,
    private readonly clock: Clock,
  ) {}

  /** @throws IdpError `IDP_UNAVAILABLE`; OidcError `OIDC_METADATA_INVALID`, `OIDC_OTHER_ISSUER` */
  async metadata(): Promise<ProviderMetadata> {
    const now = this.clock.now().getTime();
    if (this.known === undefined || this.known.until <= now) {
      const previous = this.lastGood;
      const metadata = this.discover().then((found) => (this.lastGood = found));
      this.known = { metadata, until: now + LIFE_MS };
      this.askedAt = now;
      metadata.catch((error: unknown) => {
        // an outage changes nothing that we knew and is asked again soon; another issuer there makes all of it worthless
        if (isOtherIssuer(error)) this.lastGood = undefined;
        this.known = this.lastGood && { metadata: Promise.resolve(this.lastGood), until: now + RETRY_MS };
      });
      if (previous !== undefined) return metadata.catch((error: unknown) => orThrow(previous, error));
    }
    return this.known.metadata;
  }

  /** An endpoint was not where the document says: the next question reads it anew, at most every 30 seconds. */
  doubt(): void {
    const now = this.clock.now().getTime();
    if (this.known !== undefined && now - this.askedAt >= RETRY_MS) this.known = { ...this.known, until: now };
  }

  private async discover(): Promise<ProviderMetadata> {
    const { issuer } = this;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    let outcome = await this.http.send(url, { headers: { accept: 'application/json' } });
    const moved = outcome.kind === 'answered' ? sameOriginTarget(outcome, url) : undefined;
    if (moved !== undefined) outcome = await this.http.send(moved, { headers: { accept: 'application/json' } });
    if (outcome.kind === 'unreachable')
      throw new IdpError('IDP_UNAVAILABLE', `${url} can't be reached: ${outcome.reason}`);
    if (outcome.status !== 200) throw new IdpError('IDP_UNAVAILABLE', `${url} answered ${outcome.status}`);
    return this.completed(parseProviderMetadata(outcome.body, issuer));
  }

  /** What the discovery document leaves out, the configuration may say. */
  private completed(found: ProviderMetadata): ProviderMetadata {
    const { introspection, revocation, endSession } = this.endpoints;
    return {
      ...found,
      introspectionEndpoint: found.introspectionEndpoint ?? introspection,
      revocationEndpoint: found.revocationEndpoint ?? revocation,
      endSessionEndpoint: found.endSessionEndpoint ?? endSession,
    };
  }
}

/** Names what kept us from asking, for whoever judges that there was no answer. */
export function obstacleOf(error: unknown): string {
  if (isOtherIssuer(error)) return 'other_issuer';
  if (!(error instanceof IdpError)) return 'metadata';
  return error.code === 'IDP_INSECURE' ? 'insecure' : 'discovery';
}

function isOtherIssuer(error: unknown): boolean {
  return error instanceof OidcError && error.code === 'OIDC_OTHER_ISSUER';
}

function orThrow(previous: ProviderMetadata, error: unknown): ProviderMetadata {
  if (isOtherIssuer(error)) throw error;
  return previous;
}

/** Discovery may have moved, but only within its own origin. */
function sameOriginTarget(answer: Answer, from: string): string | undefined {
  if (
    answer.status < 300 ||
    answer.status >= 400 ||
    answer.location === undefined ||
    !URL.canParse(answer.location, from)
  )
    return undefined;
  const target = new URL(answer.location, from);
  return target.origin === new URL(from).origin ? target.href : undefined;
}
