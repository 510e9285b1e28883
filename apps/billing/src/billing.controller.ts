import { Controller, Get, UseGuards } from '@nestjs/common';
import { type AppSession, CurrentSession, SessionGuard } from '#session-sync';

/** A person's invoices. */
@Controller('invoices')
@UseGuards(SessionGuard)
export class BillingController {
  @Get()
  list(@CurrentSession() session: AppSession) {
    const plan = { description: 'Monthly plan', currency: 'EUR', amountCents: 1900 };
    return { sub: session.sub, invoices: [{ number: '2026-001', ...plan, dueOn: '2026-12-01' }] };
  }
}
