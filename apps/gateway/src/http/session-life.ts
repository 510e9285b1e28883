import { firstProbeDelayMs } from '#session';

/** How long sessions live, in seconds of configuration and instants of use. */
export class SessionLife {
  constructor(
    private readonly ttlS: number,
    private readonly idleS: number,
    private readonly firstProbeWithinS: number,
  ) {}

  /** When a session that is opened now ends at the latest. */
  absoluteEnd(now: Date): Date {
    return new Date(now.getTime() + this.ttlS * 1000);
  }

  /** When a browser session that is used now ends, if it is not used again. */
  idleEnd(now: Date): Date {
    return new Date(now.getTime() + this.idleS * 1000);
  }

  /** When a session that is opened now is asked about first: in the later half of the time there is, so that sign-ins at one moment spread. */
  firstProbe(now: Date, random: number): Date {
    return new Date(now.getTime() + firstProbeDelayMs(this.firstProbeWithinS * 1000, random));
  }
}
