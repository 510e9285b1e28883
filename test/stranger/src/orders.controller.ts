import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentSession, type AppSession, Public, SessionGuard, SyncState } from '@session-sync/nestjs';

@Controller()
@UseGuards(SessionGuard)
export class OrdersController {
  constructor(private readonly sync: SyncState) {}

  @Get('orders')
  orders(@CurrentSession() session: AppSession) {
    return { sub: session.sub, orders: [] };
  }

  @Get('health/ready')
  @Public()
  async ready() {
    await this.sync.assertCaughtUp();
    return { status: 'ok' };
  }
}
