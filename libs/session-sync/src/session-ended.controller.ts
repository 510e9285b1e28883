import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { AppSessions, Clock, decodeSessionEnded, SESSION_ENDED, SessionError } from '#session';
import { ReceiptSender } from './receipt-sender.js';

/** DI token of the IdP that this service trusts. */
export const TRUSTED_ISSUER = 'session-sync:trusted-issuer';
/** DI token of this service's name. */
export const SERVICE_NAME = 'session-sync:service-name';

/** Hears that sessions have ended and revokes this service's own. The acknowledgement goes out after the commit. */
@Controller()
export class SessionEndedController {
  private readonly logger = new Logger(SessionEndedController.name);

  constructor(
    private readonly sessions: AppSessions,
    private readonly clock: Clock,
    @Inject(TRUSTED_ISSUER) private readonly trustedIssuer: string,
    @Inject(SERVICE_NAME) private readonly service: string,
    private readonly receipts: ReceiptSender,
  ) {}

  /** @throws SessionError for events that can't be read or whose issuer is not trusted; a store's fault as it is */
  @EventPattern(SESSION_ENDED)
  async onSessionEnded(@Payload() message: unknown): Promise<void> {
    const event = decodeSessionEnded(message);
    if (event.iss !== this.trustedIssuer)
      throw new SessionError('SESSION_ISSUER_UNTRUSTED', 'the event is of an issuer that this service does not trust');
    const appliedAt = this.clock.now();
    const revoked = await this.sessions.applyEnded(event, appliedAt);
    this.logger.log(
      `session.revoked event=${event.id} scope=${event.scope} sid=${event.sid ?? '-'} cause=${event.cause} sessions=${revoked}`,
    );
    const { id: eventId, iss } = event;
    await this.receipts.send({ eventId, iss, service: this.service, sessions: revoked, appliedAt });
  }
}
