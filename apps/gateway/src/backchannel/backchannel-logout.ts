import { Injectable, Logger } from '@nestjs/common';
import { addresseeOf, type LogoutTokenClaims, OidcError, verifyLogoutToken, tokenHashOf } from '#oidc';
import { Clock, type Ending, type EndingOf, parseSub, SeenTokens, SsoSessions, reasonOf } from '#session';
import type { Idp } from '../idps/idp.js';
import { Idps } from '../idps/idps.js';
import { TokenRevocation } from '../logout/token-revocation.js';

/** A token is remembered until it can no longer verify: its `exp`, or the oldest `iat` that we accept, with skew on both sides. */
const REMEMBER_MS = 15 * 60_000;

/** What became of a logout token, with words for the IdP. */
export type LogoutReception =
  /** also for a session that has ended already or was never ours */
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused';
      /** the IdP of ours that the token names; undefined when it names none */
      readonly issuer: string | undefined;
      readonly reason: string;
    }
  /** it may have been good: nobody knows, or nothing could be written down */
  | { readonly kind: 'failed'; readonly reason: string };

/** Takes a logout token: verifies it, and ends what it names in the transaction that remembers the token. */
@Injectable()
export class BackchannelLogout {
  private readonly logger = new Logger(BackchannelLogout.name);

  constructor(
    private readonly seen: SeenTokens,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
    private readonly idps: Idps,
    private readonly revocation: TokenRevocation,
  ) {}

  async receive(token: string): Promise<LogoutReception> {
    const sender = this.senderOf(token);
    try {
      if (sender === undefined) throw refusal('it is of no issuer and client that are known here');
      const { issuer, clientId, algorithm, client, logoutTokens } = sender;
      const expected = { issuer, clientId, algorithm, now: this.clock.now(), ...logoutTokens };
      const claims = await verifyLogoutToken(token, client.keys(), expected);
      await this.accept(claims, clientId, tokenHashOf(token));
      return { kind: 'accepted' };
    } catch (error) {
      this.logger.warn(`backchannel.refused reason=${reasonOf(error)}`);
      return isRefusal(error)
        ? { kind: 'refused', issuer: sender?.issuer, reason: error.message }
        : { kind: 'failed', reason: 'the logout could not be carried out; send it again' };
    }
  }

  /** Any of our IdPs may send to any front end: an address is registered once for a client, and the token says whose it is. */
  private senderOf(token: string): Idp | undefined {
    const claimed = addresseeOf(token);
    return claimed?.audiences.map((audience) => this.idps.find(claimed.iss, audience)).find(Boolean);
  }

  private async accept(claims: LogoutTokenClaims, clientId: string, tokenHash: string): Promise<void> {
    const { iss, jti, expiresAt } = claims;
    const answered = await this.seen.hashOf(iss, jti);
    if (answered === tokenHash) return;
    if (answered !== undefined) {
      this.logger.error(`backchannel.jti_reused iss=${iss}; two logout tokens with one jti`);
      throw refusal('another logout token had this jti');
    }
    const of = endingOf(claims, clientId);
    if (await this.isAboutSomebodyElse(of)) throw refusal('its sid is of another person than its sub');
    const ending: Ending = {
      of,
      cause: 'backchannel_logout',
      causeId: jti,
      effectiveAt: claims.issuedAt,
      evidence: { method: 'backchannel', strength: 'strong', probes: 0 },
      initiatingEntity: 'system',
    };
    const rememberUntil = new Date(Math.max(expiresAt.getTime(), this.clock.now().getTime()) + REMEMBER_MS);
    const { ended } = await this.sessions.end(ending, { iss, jti, tokenHash, expiresAt: rememberUntil });
    this.logger.log(`backchannel.accepted sessions=${ended.length}`);
    this.revocation.begin(ended);
  }

  /** A sid that we know, beside a sub that has none of its sessions. */
  private async isAboutSomebodyElse(of: EndingOf): Promise<boolean> {
    if (of.kind !== 'idp_session' || of.sub === undefined) return false;
    const known = await this.sessions.ofIdpSession(of);
    return known.length > 0 && !known.some(({ sub }) => sub === of.sub);
  }
}

/** A judgement of the token; all else is about us, or about an IdP that could not be asked. */
function isRefusal(error: unknown): error is OidcError {
  return error instanceof OidcError && error.code === 'OIDC_LOGOUT_TOKEN_INVALID';
}

function refusal(reason: string): OidcError {
  return new OidcError('OIDC_LOGOUT_TOKEN_INVALID', `the logout token was refused: ${reason}`);
}

/** A sid names one session (of this sub, if it is named too); a sub alone all sessions of the person. */
function endingOf({ iss, idpSid, sub: subject }: LogoutTokenClaims, clientId: string): EndingOf {
  const sub = subject === undefined ? undefined : parseSub(subject);
  if (idpSid !== undefined) return { kind: 'idp_session', iss, clientId, idpSid, sub };
  if (sub === undefined) throw refusal('sub is no identifier');
  return { kind: 'subject', iss, clientId, sub };
}
