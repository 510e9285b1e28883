import { type BrakeState, type Lane, PollerGauges, type PollerGaugeValues, type SsfGauge } from '#session';
import type { HubDatabase } from './hub-database.js';
import { laneGauges, type LaneGaugeRow, outboxGauges, type OutboxGaugeRow } from './sql/poller-gauges.js';

/** A transmitter may fail to answer so often in a row before its stream counts as unhealthy. */
const FORGIVEN_FAILURES = 2;

/** {@link PollerGauges} in the hub's Postgres. */
export class PrismaPollerGauges extends PollerGauges {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async read(lanes: readonly Lane[], now: Date): Promise<PollerGaugeValues> {
    const issuers = [];
    for (const lane of lanes) {
      const [row] = await this.database.$queryRaw<LaneGaugeRow[]>(laneGauges(lane, now));
      issuers.push({
        iss: lane.iss,
        brake: toBrakeState(row?.brake),
        held: row?.held ?? 0,
        unknownSince: row?.unknownSince ?? undefined,
        dueAt: row?.dueAt ?? undefined,
      });
    }
    const [outbox] = await this.database.$queryRaw<OutboxGaugeRow[]>(outboxGauges());
    return {
      issuers,
      outbox: {
        waiting: outbox?.waiting ?? 0,
        dead: outbox?.dead ?? 0,
        oldestAt: outbox?.oldestAt ?? undefined,
      },
      streams: await this.streams(),
    };
  }

  private async streams(): Promise<readonly SsfGauge[]> {
    const rows = await this.database.ssfStream.findMany({
      select: { transmitter: true, status: true, failures: true },
    });
    const byTransmitter = new Map<string, boolean>();
    for (const { transmitter, status, failures } of rows) {
      const healthy = status === 'enabled' && failures <= FORGIVEN_FAILURES;
      byTransmitter.set(transmitter, healthy && byTransmitter.get(transmitter) !== false);
    }
    return [...byTransmitter].map(([transmitter, healthy]) => ({ transmitter, healthy }));
  }
}

function toBrakeState(state: string | null | undefined): BrakeState | 'free' {
  return state === 'held' || state === 'releasing' ? state : 'free';
}
