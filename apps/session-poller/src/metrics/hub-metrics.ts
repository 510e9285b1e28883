import { Logger } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { type BrakeState, type Clock, type Lane, type PollerGauges, type PollerGaugeValues, reasonOf } from '#session';

/** Whoever asks more often gets the same answer. */
const FRESH_MS = 5_000;
const BRAKE: Readonly<Record<BrakeState | 'free', number>> = { free: 0, releasing: 1, held: 2 };

/**
 * Shows what the hub's database knows, read when somebody asks. Every poller shows the same. When the database does not
 * answer, these figures are absent: an old figure would look like a good one.
 */
export class HubMetrics {
  private readonly logger = new Logger(HubMetrics.name);
  private values: Promise<PollerGaugeValues | undefined> | undefined;
  private readAt = new Date(0);

  constructor(
    registry: Registry,
    private readonly gauges: PollerGauges,
    private readonly lanes: readonly Lane[],
    private readonly clock: Clock,
  ) {
    this.showIssuers(registry);
    this.showOutbox(registry);
    this.show(registry, 'sso_ssf_stream_healthy', SSF_HELP, ['transmitter'], ({ streams }) =>
      streams.map(({ transmitter, healthy }) => [{ transmitter }, healthy ? 1 : 0]),
    );
  }

  private showIssuers(registry: Registry): void {
    const ofIssuer = (name: string, help: string, pick: (issuer: Issuer) => number): void => {
      this.show(registry, name, help, ['issuer'], ({ issuers }) =>
        issuers.map((issuer) => [{ issuer: issuer.iss }, pick(issuer)]),
      );
    };
    ofIssuer('sso_brake_state', 'mass-logout brake: 0 free, 1 releasing, 2 held', ({ brake }) => BRAKE[brake]);
    ofIssuer('sso_held_sessions', 'endings that the brake holds back', ({ held }) => held);
    ofIssuer('sso_oldest_unknown_seconds', UNKNOWN_HELP, ({ unknownSince }) => this.ageOf(unknownSince));
    ofIssuer('sso_probe_lag_seconds', 'how overdue the most overdue session is', ({ dueAt }) => this.ageOf(dueAt));
  }

  private showOutbox(registry: Registry): void {
    const one = (name: string, help: string, pick: (outbox: PollerGaugeValues['outbox']) => number): void => {
      this.show(registry, name, help, [], ({ outbox }) => [[{}, pick(outbox)]]);
    };
    one('sso_outbox_waiting', 'events that are not published yet', ({ waiting }) => waiting);
    one('sso_outbox_oldest_seconds', 'age of the oldest of them', ({ oldestAt }) => this.ageOf(oldestAt));
    one('sso_outbox_dead', 'events that the broker has refused ten times or more', ({ dead }) => dead);
  }

  private show(
    registry: Registry,
    name: string,
    help: string,
    labelNames: string[],
    pick: (values: PollerGaugeValues) => readonly (readonly [Readonly<Record<string, string>>, number])[],
  ): void {
    const read = (): Promise<PollerGaugeValues | undefined> => this.read();
    new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      async collect() {
        const values = await read();
        this.reset();
        if (values === undefined) {
          this.remove();
          return;
        }
        for (const [labels, value] of highest(pick(values))) this.set(labels, value);
      },
    });
  }

  private ageOf(since: Date | undefined): number {
    return since === undefined ? 0 : Math.max(0, (this.clock.now().getTime() - since.getTime()) / 1_000);
  }

  private read(): Promise<PollerGaugeValues | undefined> {
    const now = this.clock.now();
    if (this.values === undefined || now.getTime() - this.readAt.getTime() >= FRESH_MS) {
      this.readAt = now;
      this.values = this.gauges.read(this.lanes, now).catch((error: unknown) => {
        this.logger.warn(`metrics.read.failed reason=${reasonOf(error)}`);
        return undefined;
      });
    }
    return this.values;
  }
}

type Issuer = PollerGaugeValues['issuers'][number];
type Samples = readonly (readonly [Readonly<Record<string, string>>, number])[];

const UNKNOWN_HELP = 'for how long nobody could find out about the session that has waited longest';
const SSF_HELP = 'stream of security events: 1 enabled and answering, 0 not';

/** Two clients at one issuer are one figure: the higher of the two. */
function highest(samples: Samples): Samples {
  const byLabels = new Map<string, Samples[number]>();
  for (const sample of samples) {
    const key = JSON.stringify(sample[0]);
    const other = byLabels.get(key);
    if (other === undefined || other[1] < sample[1]) byLabels.set(key, sample);
  }
  return [...byLabels.values()];
}
