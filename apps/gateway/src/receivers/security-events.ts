import { Injectable, Logger } from '@nestjs/common';
import { type SecurityEvent, SecurityEventRefused, verifySecurityEventToken } from '#oidc';
import { Clock, type Ending, type OnceToken, SeenTokens, SsoSessions } from '#session';
import type { Idp, SsfTransmitter } from '../idps/idp.js';
import { Idps } from '../idps/idps.js';
import { TokenRevocation } from '../logout/token-revocation.js';
import { type EventMeaning, meaningOf } from './endings-of-event.js';
import { tokenHashOf } from './token-hash.js';
import { Transmitter } from './transmitter.js';

/** A token has no `exp`. Whatever comes again later than that does no harm either: it ends nothing that is newer. */
const REMEMBER_MS = 7 * 24 * 60 * 60_000;
const FUTURE_MS = 60_000;
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

/** Takes security event tokens: verifies them, and ends what they name. */
@Injectable()
export class SecurityEvents {
  private readonly logger = new Logger(SecurityEvents.name);
  private readonly transmitters = new Map<string, Transmitter>();

  constructor(
    private readonly idps: Idps,
    private readonly seen: SeenTokens,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
    private readonly revocation: TokenRevocation,
  ) {}

  /**
   * Takes one token of the transmitter of `idp`. Resolves when all of it is done, also when it had been done before.
   *
   * @throws SecurityEventRefused when it is not believed; IdpError when its keys could not be had
   */
  async receive(token: string, idp: Idp, ssf: SsfTransmitter): Promise<void> {
    const transmitter = this.transmitterOf(idp, ssf);
    const expected = { issuer: ssf.issuer, audience: ssf.audience, now: this.clock.now() };
    const event = await verifySecurityEventToken(token, transmitter.keys(), expected);
    const tokenHash = tokenHashOf(token);
    const answered = await this.seen.hashOf(event.iss, event.jti);
    if (answered !== undefined && answered !== tokenHash)
      throw new SecurityEventRefused('invalid_request', 'another token had this jti');
    if (answered !== undefined) return;
    const clients = this.idps.all.filter(({ issuer }) => issuer === idp.issuer);
    const meaning = meaningOf(event, clients, (member) => transmitter.isCritical(member));
    if (meaning.kind === 'ignored') this.tell(event, meaning.reason);
    else await this.end(event, meaning, tokenHash);
  }

  /** The token is remembered with the last of its endings: cut off in between, it comes again and does the rest. */
  private async end(
    event: SecurityEvent,
    { of, cause }: Extract<EventMeaning, { kind: 'ends' }>,
    tokenHash: string,
  ): Promise<void> {
    const now = this.clock.now();
    const { iss, jti, happenedAt, initiatingEntity } = event;
    const effectiveAt = new Date(Math.min(happenedAt.getTime(), now.getTime() + FUTURE_MS));
    const once: OnceToken = { iss, jti, tokenHash, expiresAt: new Date(now.getTime() + REMEMBER_MS) };
    let sessions = 0;
    for (const [index, which] of of.entries()) {
      const evidence = { method: 'ssf', strength: 'strong', probes: 0 } as const;
      const ending: Ending = { of: which, cause, causeId: jti, effectiveAt, evidence, initiatingEntity };
      const { ended } = await this.sessions.end(ending, index === of.length - 1 ? once : undefined);
      sessions += ended.length;
      this.revocation.begin(ended);
    }
    this.logger.log(`ssf.accepted event=${nameOf(event)} sessions=${sessions}`);
  }

  private tell(event: SecurityEvent, reason: string): void {
    if (event.type === `${SSF}verification`) this.logger.log('ssf.verified');
    else if (event.type === `${SSF}stream-updated`)
      this.logger.warn('ssf.stream.updated; the transmitter has changed, paused or stopped the stream');
    else this.logger.log(`ssf.ignored event=${nameOf(event)} reason=${reason}`);
  }

  private transmitterOf(idp: Idp, ssf: SsfTransmitter): Transmitter {
    const known = this.transmitters.get(idp.name) ?? new Transmitter(ssf, this.clock);
    this.transmitters.set(idp.name, known);
    return known;
  }
}

/** The last part of the event's URI, in letters that are safe in a log. */
function nameOf({ type }: SecurityEvent): string {
  return (type.split('/').at(-1) ?? '').replace(/[^\w-]/g, '').slice(0, 64);
}
