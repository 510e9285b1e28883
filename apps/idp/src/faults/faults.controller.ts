import { Body, Controller, Delete, Get, Header, Put, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { Audit } from '../audit/audit.service.js';
import { BearerGuard } from '../operator/bearer.guard.js';
import { type CountedOrder, FaultLedger } from './fault-ledger.js';
import { FaultOrders } from './fault-order.js';

/** Orders faults. There only where UNSAFE_FAULTS is on. */
@Controller('admin/faults')
@UseGuards(BearerGuard)
export class FaultsController {
  constructor(
    private readonly ledger: FaultLedger,
    private readonly audit: Audit,
  ) {}

  /** Gives the orders and how often each has been carried out. */
  @Get()
  @Header('cache-control', 'no-store')
  list(): readonly CountedOrder[] {
    return this.ledger.list();
  }

  /** Puts a list of orders in the place of the former one. */
  @Put()
  @Header('cache-control', 'no-store')
  async replace(@Body() body: unknown): Promise<readonly CountedOrder[]> {
    const parsed = FaultOrders.safeParse(body);
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => `${placeIn(path)}: ${message}`);
      throw problem(400, 'invalid-faults', 'The list of faults is wrong', faults.join('; '));
    }
    this.ledger.replace(parsed.data);
    await this.audit.record({
      action: 'faults.ordered',
      actor: 'operator',
      detail: { faults: parsed.data.map(({ on, fault }) => `${on}: ${fault}`) },
    });
    return this.ledger.list();
  }

  /** Takes all orders back. */
  @Delete()
  @Header('cache-control', 'no-store')
  async takeBack(): Promise<readonly CountedOrder[]> {
    this.ledger.replace([]);
    await this.audit.record({ action: 'faults.ordered', actor: 'operator', detail: { faults: [] } });
    return this.ledger.list();
  }
}

function placeIn(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(all of it)' : path.map(String).join('.');
}
