import { Controller, Get, Sse, UseGuards } from '@nestjs/common';
import { interval, map, Observable, startWith } from 'rxjs';
import { type AppSession, CurrentSession, SessionChannels, SessionGuard } from '#session-sync';

const SIGN_OF_LIFE_MS = 15_000;

/** A person's invoices. */
@Controller('invoices')
@UseGuards(SessionGuard)
export class BillingController {
  constructor(private readonly channels: SessionChannels) {}

  @Get()
  list(@CurrentSession() session: AppSession) {
    const plan = { description: 'Monthly plan', currency: 'EUR', amountCents: 1900 };
    return { sub: session.sub, invoices: [{ number: '2026-001', ...plan, dueOn: '2026-12-01' }] };
  }

  /** What is due, as an event stream. Its last event says that the session has ended, and why; or `try-again`: it is not known whether it has, or this process stops. */
  @Sse('live')
  live(@CurrentSession() session: AppSession) {
    const due = { type: 'due', data: { amountCents: 1900, dueOn: '2026-12-01' } };
    return new Observable<{ readonly type: string; readonly data: object }>((stream) => {
      const release = this.channels.hold(session, (end) => {
        if (end.kind === 'ended') stream.next({ type: 'session-ended', data: { reason: end.cause } });
        else stream.next({ type: 'try-again', data: { reason: end.reason } });
        stream.complete();
      });
      const events = interval(SIGN_OF_LIFE_MS).pipe(
        map(() => ({ type: 'alive', data: {} })),
        startWith(due),
      );
      const running = events.subscribe(stream);
      return () => {
        running.unsubscribe();
        release();
      };
    });
  }
}
