import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Clock, decodeSessionEnded, SESSION_ENDED, SessionError } from '#session';
import { Public } from './public.decorator.js';
import { ReceiptSender } from './receipt-sender.js';
import { SessionEndings } from './session-endings.js';
import { SYNC_SETTINGS, type SyncSettings, trustedBy } from './sync-settings.js';
import { SyncStore } from './sync-store.js';

/** The transport of `JetStreamServer`: whoever reaches another of the application's transports can't end sessions there. */
const JETSTREAM = Symbol.for('JETSTREAM');

/** Hears that sessions have ended and revokes this service's own. The acknowledgement goes out after the commit. */
@Controller()
@Public()
export class SessionEndedController {
  private readonly logger = new Logger(SessionEndedController.name);

  constructor(
    private readonly store: SyncStore,
    private readonly clock: Clock,
    @Inject(SYNC_SETTINGS) private readonly settings: SyncSettings,
    private readonly endings: SessionEndings,
    private readonly receipts: ReceiptSender,
  ) {}

  /** @throws SessionError for events that can't be read or whose issuer is not trusted; a store's fault as it is */
  @EventPattern(SESSION_ENDED, JETSTREAM)
  async onSessionEnded(@Payload() message: unknown): Promise<void> {
    const event = decodeSessionEnded(message);
    if (!trustedBy(this.settings)(event.iss))
      throw new SessionError('SESSION_ISSUER_UNTRUSTED', 'the event is of an issuer that this service does not trust');
    const revoked = await this.store.sessions.applyEnded(event, this.clock.now());
    const appliedAt = this.clock.now();
    this.endings.hear(event);
    this.logger.log(
      `session.revoked event=${event.id} scope=${event.scope} sid=${event.sid ?? '-'} cause=${event.cause} sessions=${revoked}`,
    );
    const { id: eventId, iss } = event;
    await this.receipts.send({ eventId, iss, service: this.settings.service, sessions: revoked, appliedAt });
  }
}
