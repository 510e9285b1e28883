import { type BeforeApplicationShutdown, Controller, Get, Sse, UseGuards } from '@nestjs/common';
import { interval, map, Observable, ReplaySubject, startWith, takeUntil } from 'rxjs';
import { type AppSession, CurrentSession, SessionChannels, SessionGuard } from '#session-sync';

const SIGN_OF_LIFE_MS = 15_000;

/** A person's invoices. */
@Controller('invoices')
@UseGuards(SessionGuard)
export class BillingController implements BeforeApplicationShutdown {
  private readonly stopping = new ReplaySubject<void>(1);

  constructor(private readonly channels: SessionChannels) {}

  /** Streams end when the process is told to stop: they would hold it up, and look alive. */
  beforeApplicationShutdown(): void {
    this.stopping.next();
  }

  @Get()
  list(@CurrentSession() session: AppSession) {
    const plan = { description: 'Monthly plan', currency: 'EUR', amountCents: 1900 };
    return { sub: session.sub, invoices: [{ number: '2026-001', ...plan, dueOn: '2026-12-01' }] };
  }

  /** What is due, as an event stream. Its last event says that the session has ended, and why; or `try-again`: that is not known. */
  @Sse('live')
  live(@CurrentSession() session: AppSession) {
    const due = { type: 'due', data: { amountCents: 1900, dueOn: '2026-12-01' } };
    return new Observable<{ readonly type: string; readonly data: object }>((stream) => {
      const release = this.channels.hold(session, (reason) => {
        stream.next({ type: reason === 'endings-unknown' ? 'try-again' : 'session-ended', data: { reason } });
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
    }).pipe(takeUntil(this.stopping));
  }
}
