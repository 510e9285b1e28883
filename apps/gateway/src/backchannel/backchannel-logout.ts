import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { IdpClient } from '#idp-client';
import { type LogoutTokenClaims, OidcError, verifyLogoutToken } from '#oidc';
import { Clock, type EndingOf, parseSub, SeenTokens, SsoSessions, reasonOf } from '#session';
import { OidcSettings } from '../login/oidc-settings.js';

/** A token is remembered until it can no longer verify: its `exp`, or the oldest `iat` that we accept, with skew on both sides. */
const REMEMBER_MS = 15 * 60_000;

/** Takes a logout token: verifies it, and ends what it names in the transaction that remembers the token. */
@Injectable()
export class BackchannelLogout {
  private readonly logger = new Logger(BackchannelLogout.name);

  constructor(
    private readonly idp: IdpClient,
    private readonly settings: OidcSettings,
    private readonly seen: SeenTokens,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
  ) {}

  /** Gives `accepted`, also for a session that has ended already or was never ours; else why not, in words for the IdP. */
  async receive(token: string): Promise<string> {
    try {
      const { issuer, clientId } = this.idp;
      const claims = await verifyLogoutToken(token, this.idp.keys(), {
        issuer,
        clientId,
        algorithm: this.settings.algorithm,
        now: this.clock.now(),
      });
      return await this.accept(claims, createHash('sha256').update(token).digest('base64url'));
    } catch (error) {
      this.logger.warn(`backchannel.refused reason=${reasonOf(error)}`);
      return error instanceof OidcError ? error.message : 'the logout could not be carried out; send it again';
    }
  }

  private async accept(claims: LogoutTokenClaims, tokenHash: string): Promise<string> {
    const { iss, jti, expiresAt } = claims;
    const answered = await this.seen.hashOf(iss, jti);
    if (answered !== undefined) return answered === tokenHash ? 'accepted' : 'another logout token had this jti';
    const of = endingOf(claims, this.idp.clientId);
    const ending = {
      ...({
        of,
        cause: 'backchannel_logout',
        causeId: jti,
        effectiveAt: claims.issuedAt,
        initiatingEntity: 'system',
      } as const),
      evidence: { method: 'backchannel', strength: 'strong', probes: 0 } as const,
    };
    const rememberUntil = new Date(Math.max(expiresAt.getTime(), this.clock.now().getTime()) + REMEMBER_MS);
    const { ended } = await this.sessions.end(ending, { iss, jti, tokenHash, expiresAt: rememberUntil });
    this.logger.log(`backchannel.accepted sessions=${ended.length}`);
    return 'accepted';
  }
}

/** A sid names one session (of this sub, if it is named too); a sub alone all sessions of the person. */
function endingOf({ iss, idpSid, sub: subject }: LogoutTokenClaims, clientId: string): EndingOf {
  const sub = subject === undefined ? undefined : parseSub(subject);
  if (idpSid !== undefined) return { kind: 'idp_session', iss, clientId, idpSid, sub };
  if (sub === undefined)
    throw new OidcError('OIDC_LOGOUT_TOKEN_INVALID', 'the logout token was refused: sub is too long');
  return { kind: 'subject', iss, clientId, sub };
}
