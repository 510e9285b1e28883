import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { mayExpire, NO_STEP } from '#session';
import { HubClock } from './hub-clock.js';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-22T12:00:00Z');

/** A machine and a database whose clocks a test can set, each by itself. */
class Times {
  passedMs = 5_000;
  wallSetMs = 0;
  hubSetMs = 0;
  answerMs = 0;
  /** ways there and back of the next questions; those after them take {@link answerMs}, half of it each way */
  ways: (readonly [thereMs: number, backMs: number])[] = [];
  asked = 0;
  readonly monotonicMs = () => this.passedMs;
  readonly wallMs = () => START + this.passedMs + this.wallSetMs;
  get hubMs(): number {
    return START + this.passedMs + this.hubSetMs;
  }

  readonly askHub = (): Promise<Date> => {
    this.asked += 1;
    const [thereMs, backMs] = this.ways.shift() ?? [this.answerMs / 2, this.answerMs / 2];
    this.passedMs += thereMs;
    const at = new Date(this.hubMs);
    this.passedMs += backMs;
    return Promise.resolve(at);
  };
}

describe('the clock of the hub', () => {
  beforeEach(() => {
    Logger.overrideLogger(false);
  });
  afterEach(() => {
    Logger.overrideLogger(undefined as never);
  });

  const started = async (times: Times) => {
    const clock = new HubClock(times);
    await clock.measure(times.askHub);
    return clock;
  };
  const aheadMs = (clock: HubClock, times: Times) => clock.now().getTime() - times.hubMs;

  it('is 1970 until the hub has answered: nothing is due, nothing has expired', async () => {
    const clock = new HubClock(new Times());
    await clock.measure(() => Promise.reject(new Error('away')));
    expect(clock.now()).toEqual(new Date(0));
    expect(mayExpire(clock.steadySince, clock.now())).toBe(false);
  });

  it('goes by the hub and runs on between two questions, also while the hub is away', async () => {
    const times = new Times();
    times.hubSetMs = -7_000;
    const clock = await started(times);
    times.passedMs += 60_000;
    await clock.measure(() => Promise.reject(new Error('away')));
    expect(aheadMs(clock, times)).toBe(0);
    expect(clock.steadySince).toEqual(NO_STEP);
  });

  it.each([HOUR_MS, -HOUR_MS])('T149: a jump of the machine’s own time by %i ms changes nothing', async (jumpMs) => {
    const times = new Times();
    const clock = await started(times);
    times.wallSetMs = jumpMs;
    times.passedMs += 1_000;
    expect(aheadMs(clock, times)).toBe(0);
    await clock.measure(times.askHub);
    expect(aheadMs(clock, times)).toBe(0);
    expect(clock.steadySince).toEqual(NO_STEP);
  });

  it.each([HOUR_MS, -HOUR_MS, 2_500])(
    'T149: a jump of the hub’s time by %i ms is followed, and noted',
    async (jumpMs) => {
      const times = new Times();
      const clock = await started(times);
      times.hubSetMs = jumpMs;
      times.passedMs += 5_000;
      expect(aheadMs(clock, times)).toBe(-jumpMs); // not seen yet: it runs on evenly
      await clock.measure(times.askHub);
      expect(aheadMs(clock, times)).toBe(0);
      expect(clock.steadySince).toEqual(new Date(times.hubMs));
      expect(mayExpire(clock.steadySince, clock.now())).toBe(false);
      times.passedMs += 600_000;
      expect(mayExpire(clock.steadySince, clock.now())).toBe(true);
    },
  );

  it.each([0, 1_500])('a slow answer, or one by a clock that drifts by %i ms, is no jump', async (driftMs) => {
    const times = new Times();
    const clock = await started(times);
    times.hubSetMs = driftMs;
    times.answerMs = 1_000;
    await clock.measure(times.askHub);
    expect(clock.steadySince).toEqual(NO_STEP);
  });

  it('an answer that took longer than it could say anything of is left out', async () => {
    const times = new Times();
    const clock = await started(times);
    times.hubSetMs = HOUR_MS;
    times.answerMs = 9_000;
    await clock.measure(times.askHub);
    expect(clock.steadySince).toEqual(NO_STEP);
  });

  it('a machine that disagrees with the hub at the start ends nothing by the clock for a while: one of the two is wrong', async () => {
    const times = new Times();
    times.wallSetMs = HOUR_MS;
    const clock = await started(times);
    expect(aheadMs(clock, times)).toBe(0);
    expect(mayExpire(clock.steadySince, clock.now())).toBe(false);
  });

  it.each([
    ['there: it opens the connection', 40, 1],
    ['back: the machine is busy', 1, 40],
  ])('a first answer that is slow on the way %s, is not what it goes by', async (_, thereMs, backMs) => {
    const times = new Times();
    times.answerMs = 2;
    times.ways = [[thereMs, backMs]];
    expect(aheadMs(await started(times), times)).toBe(0);
  });

  it('asks a hub that is far away once more, and one that is near a few times', async () => {
    const [far, near] = [new Times(), new Times()];
    far.answerMs = 50;
    await started(far);
    await started(near);
    expect([far.asked, near.asked]).toEqual([2, 5]);
  });

  it('goes by the first answer if the hub is away after it', async () => {
    const times = new Times();
    const clock = new HubClock(times);
    await clock.measure(() => (times.asked === 0 ? times.askHub() : Promise.reject(new Error('away'))));
    expect(aheadMs(clock, times)).toBe(0);
  });

  it('looks again soon after the start, when the whole first look was bad', async () => {
    const times = new Times();
    times.ways = [
      [40, 1],
      [40, 1],
    ];
    const clock = new HubClock(times);
    jest.useFakeTimers();
    await clock.follow(times.askHub);
    expect(aheadMs(clock, times)).not.toBe(0);
    await jest.advanceTimersByTimeAsync(200);
    jest.useRealTimers();
    clock.stop();
    expect(aheadMs(clock, times)).toBe(0);
  });

  const looks = async (clock: HubClock, times: Times, waysMs: readonly (readonly [number, number])[]) => {
    for (const way of waysMs) {
      times.passedMs += 5_000;
      times.ways = Array.from({ length: 5 }, () => way);
      await clock.measure(times.askHub);
    }
  };
  const WORSE = [6, 14, 30].map((thereMs) => [thereMs, 0] as const);

  it('answers that are worse and worse do not lead it away from a good one', async () => {
    const times = new Times();
    times.answerMs = 2;
    const clock = await started(times);
    await looks(clock, times, WORSE);
    expect(aheadMs(clock, times)).toBe(0);
  });

  it('a good answer that is minutes old gives way to a worse one', async () => {
    const times = new Times();
    const clock = await started(times);
    times.hubSetMs = 10;
    await looks(clock, times, [[15, 15]]);
    expect(aheadMs(clock, times)).toBe(-10);
    times.passedMs += 120_000;
    await looks(clock, times, [[15, 15]]);
    expect(aheadMs(clock, times)).toBe(0);
  });

  it('an answer that a good one can’t be right beside is followed at once', async () => {
    const times = new Times();
    const clock = await started(times);
    times.hubSetMs = 100;
    await looks(clock, times, [[15, 15]]);
    expect(aheadMs(clock, times)).toBe(0);
    expect(clock.steadySince).toEqual(NO_STEP);
  });
});
