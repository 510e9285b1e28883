import { Clock } from '#session';

/** The time of this machine: the clock of a service that names no other. */
export class MachineClock extends Clock {
  now(): Date {
    return new Date();
  }
}
