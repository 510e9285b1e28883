import type { BrakeState } from './brake-ports.js';
import type { Lane } from './poller-ports.js';

/** What the hub knows of the sessions of one IdP. Times are absent where there is no such session. */
export interface IssuerGauges {
  readonly iss: string;
  readonly brake: BrakeState | 'free';
  /** endings that the brake holds back; counted up to a limit */
  readonly held: number;
  /** since when nobody could find out about the session that has waited longest */
  readonly unknownSince: Date | undefined;
  /** when the session that is most overdue was due; in the future when none is */
  readonly dueAt: Date | undefined;
}

/** What the hub knows of the outbox. */
export interface OutboxGauges {
  /** counted up to a limit */
  readonly waiting: number;
  readonly dead: number;
  /** when the oldest that waits was written */
  readonly oldestAt: Date | undefined;
}

/** The streams of security events of one transmitter; healthy when all are. */
export interface SsfGauge {
  readonly transmitter: string;
  readonly healthy: boolean;
}

/** What all pollers have in common, at one moment. */
export interface PollerGaugeValues {
  readonly issuers: readonly IssuerGauges[];
  readonly outbox: OutboxGauges;
  readonly streams: readonly SsfGauge[];
}

/** Reads what metrics tell of the hub: a few index look-ups, whatever the size of the tables. */
export abstract class PollerGauges {
  abstract read(lanes: readonly Lane[], now: Date): Promise<PollerGaugeValues>;
}
