import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SimulatedHub } from '../../../../test/support/simulated-hub.js';
import { VirtualTime } from '../../../../test/support/virtual-time.js';
import { IdpGate } from './idp-gate.js';
import { type Poll, PollLoop } from './poll-loop.js';

Logger.overrideLogger(false);

const CONCURRENCY = 8;
const LANE = { iss: 'https://idp.example', clientId: 'gateway' };

/** A loop with a hundred due sessions and polls that end when they are told to; gives how many it has begun. */
async function begun(run: (poll: { readonly nth: number; readonly answered: () => void }) => Promise<unknown>) {
  const time = new VirtualTime();
  const hub = new SimulatedHub(time.now().getTime());
  for (let nth = 0; nth < 100; nth += 1) hub.open(time.now().getTime(), () => time.now().getTime());
  const gate = new IdpGate(
    { name: 'main', method: 'introspect', intervalMs: 900_000, maxPerS: 10_000, pollers: () => 1 },
    time.now(),
  );
  let nth = 0;
  const poll: Poll = { run: (_session, _signal, answered) => run({ nth: (nth += 1), answered }) };
  const loop = new PollLoop(
    { queue: hub, canaries: hub.canaries },
    poll,
    gate,
    { clock: time, rest: time.rest },
    {
      ...{ name: 'main', lane: LANE, leaseMs: 30_000, concurrency: CONCURRENCY },
      ...{ sleepAfterMs: 3_600_000, canary: {} },
    },
  );
  loop.start();
  await time.pass(2_000);
  const count = nth;
  const stopped = loop.stop();
  await time.pass(10_000);
  return { count, stopped };
}

describe('the poll loop', () => {
  it('asks about no more at once than is permitted', async () => {
    const left: (() => void)[] = [];
    const { count, stopped } = await begun(() => new Promise<void>((resolve) => left.push(resolve)));
    expect(count).toBe(CONCURRENCY);
    for (const end of left) end();
    await stopped;
  });

  it('goes on asking while answers are written down, but not for ever', async () => {
    const left: (() => void)[] = [];
    const { count, stopped } = await begun(({ answered }) => {
      answered();
      return new Promise<void>((resolve) => left.push(resolve));
    });
    expect(count).toBe(4 * CONCURRENCY);
    for (const end of left) end();
    await stopped;
  });

  it('asks about the others when one fails, and counts an answer once', async () => {
    const { count, stopped } = await begun(({ nth, answered }) => {
      answered();
      answered();
      return nth % 2 === 0 ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    expect(count).toBe(100);
    await stopped;
  });
});
