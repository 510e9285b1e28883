import { describe, expect, it } from '@jest/globals';
import { CatchUp, type ConsumerProgress, hasReached } from './catch-up.js';

const progress = (floor: number, pending: number, unacked: number): ConsumerProgress => ({
  num_pending: pending,
  num_ack_pending: unacked,
  ack_floor: { stream_seq: floor },
});

describe('a consumer', () => {
  it.each([
    ['all is applied up to the target', 7, progress(7, 0, 0), true],
    ['newer events came meanwhile, and the older ones are applied', 7, progress(7, 3, 2), true],
    ['nothing was ever in the stream', 0, progress(0, 0, 0), true],
    ['its filter left nothing to deliver', 7, progress(0, 0, 0), true],
    ['the last event is delivered, but not applied', 7, progress(6, 0, 1), false],
    ['the last event waits to be delivered', 7, progress(6, 1, 0), false],
    ['one in the middle waits to be tried again', 7, progress(3, 0, 1), false],
    ['nothing is delivered yet', 7, progress(0, 7, 0), false],
  ])('has caught up or not: %s', (_name, target, known, reached) => {
    expect(hasReached(target, known)).toBe(reached);
  });
});

describe('the watch over a consumer', () => {
  it('is done when all that was there at its beginning is applied, and says so once', async () => {
    const catchUp = new CatchUp();
    let said = 0;
    const sequences = [5, 99];
    const answers = [progress(3, 2, 0), progress(5, 90, 1)];
    await new Promise<void>((resolve) => {
      catchUp.watch(
        () => Promise.resolve(sequences.shift() ?? 99),
        () => Promise.resolve(answers.shift() ?? progress(0, 1, 1)),
        () => {
          said += 1;
          resolve();
        },
      );
      expect(catchUp.done).toBe(false);
    });
    expect(catchUp.done).toBe(true);
    expect([said, sequences]).toEqual([1, [99]]);
  });

  it('takes a question that failed for not done, and asks again', async () => {
    const catchUp = new CatchUp();
    const faults = { sequence: 1, progress: 1 };
    const asked = (kind: keyof typeof faults) => {
      faults[kind] -= 1;
      return faults[kind] < 0;
    };
    await new Promise<void>((resolve) => {
      catchUp.watch(
        () => (asked('sequence') ? Promise.resolve(5) : Promise.reject(new Error('no answer'))),
        () => (asked('progress') ? Promise.resolve(progress(5, 0, 0)) : Promise.reject(new Error('no answer'))),
        resolve,
      );
    });
    expect(faults).toEqual({ sequence: -1, progress: -1 });
  });

  it('says nothing after it was stopped', async () => {
    const catchUp = new CatchUp();
    let said = false;
    let answer: (known: ConsumerProgress) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      catchUp.watch(
        () => Promise.resolve(5),
        () => {
          resolve();
          return new Promise((answered) => (answer = answered));
        },
        () => {
          said = true;
        },
      );
    });
    await asked;
    catchUp.stop();
    answer(progress(5, 0, 0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toBe(false);
  });
});
