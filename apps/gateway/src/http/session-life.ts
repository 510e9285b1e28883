import { type Clock, firstProbeDelayMs } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';

/** How long browser sessions live, and when they are first asked about. */
export class SessionLife {
  constructor(
    private readonly firstProbeWithinS: number,
    private readonly clock: Clock,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  /** When a browser session that is used now ends, if it is not used again. */
  idleEnd({ session }: FrontEnd, now: Date): Date {
    return new Date(now.getTime() + session.idleMs);
  }

  /** When a session that is opened now is asked about first: in the later half of the time there is, so that sign-ins at one moment spread. */
  firstProbe(now: Date, random: number): Date {
    return new Date(now.getTime() + firstProbeDelayMs(this.firstProbeWithinS * 1000, random));
  }
}
