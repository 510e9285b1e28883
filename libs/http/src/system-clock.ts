import { Clock } from '#session';

/** The system's time. `main.ts` makes it; everybody else is given a {@link Clock}. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
