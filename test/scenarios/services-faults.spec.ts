import { beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../scripts/stack/free-port.js';
import type { RunningApp } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { endingOf, newSid, serviceForSuite } from '../support/service.js';
import { until } from '../support/until.js';

describe('a service, as a process, when it or NATS was away', () => {
  const { suite, nats } = serviceForSuite();
  let notes: RunningApp;
  beforeAll(async () => {
    // a stream that was made anew may have lost endings: somebody must be there to ask
    [notes] = await Promise.all([
      suite().apps.start('notes', suite().env),
      suite().startPoller(await freshDatabase('hub')),
    ]);
  }, 60_000);

  it('hears again after NATS was killed, without being restarted', async () => {
    const sid = newSid();
    const assertion = await suite().assertionOf(sid);
    expect((await suite().ask(notes, assertion)).status).toBe(200);
    await nats().kill();
    expect((await suite().ask(notes, assertion)).status).toBe(200); // SVC-08: no disconnection signs anybody out
    await nats().start();
    await until('it is published', () =>
      suite()
        .publish(endingOf(sid))
        .then(
          () => true,
          () => undefined,
        ),
    );
    await suite().untilRefused(notes, assertion);
  });

  it('T169: makes its place in the stream anew when somebody deletes it, and refuses until it has caught up', async () => {
    const [before, after] = [newSid(), newSid()];
    const assertions = [await suite().assertionOf(before), await suite().assertionOf(after)];
    for (const assertion of assertions) expect((await suite().ask(notes, assertion)).status).toBe(200);
    await suite().manager.consumers.delete('SSO_LOGOUT_V1', 'notes');
    await suite().publish(endingOf(after));
    await suite().untilRefused(notes, assertions[1]!);
    expect((await suite().ask(notes, assertions[0])).status).toBe(200);
  });

  it('T169: makes the stream anew when it was deleted, and hears what is published from then on', async () => {
    const sid = newSid();
    const assertion = await suite().assertionOf(sid);
    expect((await suite().ask(notes, assertion)).status).toBe(200);
    await suite().manager.streams.delete('SSO_LOGOUT_V1');
    await until('it is published', () =>
      suite()
        .publish(endingOf(sid))
        .then(
          () => true,
          () => undefined,
        ),
    );
    await suite().untilRefused(notes, assertion);
  });

  it('a service that was down refuses from its very first answer, and is ready only when it has applied all it missed', async () => {
    const billingUrl = await freshDatabase('app');
    const billingEnv = { ...suite().env, DATABASE_URL: billingUrl };
    const billing = await suite().apps.start('billing', billingEnv);
    const sids = Array.from({ length: 300 }, newSid);
    const assertions = await Promise.all(sids.map((sid) => suite().assertionOf(sid, { aud: 'billing' })));
    const read = (assertion: string) =>
      fetch(`${billing.origin}/invoices`, { headers: { authorization: `Bearer ${assertion}` } }).then(
        ({ status }) => status,
        () => 'refused',
      );
    expect(await read(assertions[0]!)).toBe(200);
    await billing.stop();
    await Promise.all(sids.map((sid) => suite().publish(endingOf(sid))));
    const seen = new Set<number | string>();
    const watching = new AbortController();
    const watch = (async () => {
      while (!watching.signal.aborted) {
        seen.add(await read(assertions[0]!));
        seen.add(await read(assertions[299]!));
      }
    })();
    await suite().apps.start('billing', { ...billingEnv, PORT: String(billing.port) });
    watching.abort();
    await watch;
    expect([...seen].filter((status) => status !== 'refused' && status !== 503 && status !== 401)).toEqual([]);
    for (const assertion of assertions) expect(await read(assertion)).toBe(401);
  });

  it('starts without NATS, and then lets nobody in', async () => {
    const port = await freePort();
    const assertion = await suite().assertionOf(newSid(), { aud: 'billing' });
    const started = suite().apps.start('billing', {
      ...suite().env,
      NATS_URL: 'nats://127.0.0.1:9',
      DATABASE_URL: await freshDatabase('app'),
      PORT: String(port),
    });
    started.catch(() => undefined); // it never gets ready
    const answer = await until('it answers', async () =>
      fetch(`http://127.0.0.1:${port}/invoices`, { headers: { authorization: `Bearer ${assertion}` } }).catch(
        () => undefined,
      ),
    );
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ type: 'urn:sso:problem:catching-up' }),
    ]);
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', checks: { database: 'ok', endings: 'failed' } },
    ]);
  });
});
