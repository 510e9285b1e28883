import { Pollers } from '#session';
import type { HubDatabase } from './hub-database.js';
import { notePoller, type PollersRow } from './sql/note-poller.js';

/** {@link Pollers} in the hub's Postgres. */
export class PrismaPollers extends Pollers {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async seen(id: string): Promise<number> {
    const [row] = await this.database.$queryRaw<PollersRow[]>(notePoller(id));
    return row?.pollers ?? 1;
  }

  async leave(id: string): Promise<void> {
    await this.database.poller.deleteMany({ where: { id } });
  }
}
