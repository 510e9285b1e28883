import { Clock } from '#session';

/** A clock that stands still until it is told to go on. */
export class TestClock extends Clock {
  constructor(private instant = new Date('2026-11-22T12:00:00.000Z')) {
    super();
  }

  now(): Date {
    return this.instant;
  }

  advance(ms: number): void {
    this.instant = new Date(this.instant.getTime() + ms);
  }
}
