import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { parseTokenKeys, PrismaSsoSessions, TokenCipher } from '#store';
import type { Sid } from '#session';
import { SystemClock } from '#http';
import type { RunningApp } from '../support/apps.js';
import { hubForSuite } from '../support/hub.js';
import { endingOf, newSid, serviceForSuite } from '../support/service.js';
import { browserOf, ISSUER, signInOf } from '../support/sign-ins.js';
import { until } from '../support/until.js';

const STREAM = 'SSO_LOGOUT_V1';
const IDP = { issuer: ISSUER, client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } }, profile: 'oidc-provider' };

describe('a service, as a process, that has missed endings for good', () => {
  const { suite } = serviceForSuite();
  const hub = hubForSuite();
  let notes: RunningApp;
  let poller: RunningApp;

  const startPoller = () =>
    suite().apps.start('session-poller', {
      ...{ HUB_DATABASE_URL: hub().url, NATS_URL: suite().env.NATS_URL, TOKEN_KEYS: suite().apps.tokenKeys },
      ...{ IDPS: stringify({ idps: { main: IDP } }), CLIENT_SECRET: 'never asked' },
    });
  const startNotes = (port?: number) =>
    suite().apps.start('notes', { ...suite().env, ...(port === undefined ? {} : { PORT: String(port) }) });

  beforeAll(async () => {
    [poller, notes] = await Promise.all([startPoller(), startNotes()]);
  }, 60_000);

  const sessions = () => {
    const [key] = parseTokenKeys(suite().apps.tokenKeys)!;
    const origin = { source: 'urn:test', tenant: undefined };
    return new PrismaSsoSessions(hub().database, new TokenCipher([key!]), new SystemClock(), origin);
  };
  /** A session in the hub that nobody asks the IdP about, and its assertion, with which it is let in. */
  const open = async (): Promise<{ readonly sid: Sid; readonly assertion: string }> => {
    const [sub, now] = [randomBytes(6).toString('hex'), new Date()];
    const opened = await sessions().open(signInOf(sub, now), browserOf(sub, now));
    if (opened.kind !== 'opened') throw new Error('refused');
    const later = new Date(now.getTime() + 3_600_000);
    await hub().database.ssoSession.update({ where: { id: opened.sid }, data: { probeDueAt: later } });
    const assertion = await suite().assertionOf(opened.sid, { openedAt: now, sub });
    expect((await suite().ask(notes, assertion)).status).toBe(200);
    return { sid: opened.sid, assertion };
  };
  const lastSequence = async () => (await suite().manager.streams.info(STREAM)).state.last_seq;
  /** It ends in the hub, and the poller tells the stream. */
  const end = async (sid: Sid) => {
    const before = await lastSequence();
    await sessions().end({
      of: { kind: 'sid', sid },
      ...{ cause: 'operator', causeId: sid, effectiveAt: new Date(), initiatingEntity: 'admin' },
      evidence: { method: 'test', strength: 'strong', probes: 0 },
    });
    await until('the stream has it', async () => ((await lastSequence()) > before ? true : undefined));
  };
  const ready = async () => {
    const { status } = await fetch(`${notes.origin}/health/ready`);
    return status === 200 ? true : undefined;
  };
  const purge = () => suite().manager.streams.purge(STREAM);
  /** The stream as an operator may have made it: it may be purged, and keeps what it is told to. */
  const makePurgeable = async () => {
    const { config } = await suite().manager.streams.info(STREAM);
    if (!config.deny_purge) return;
    await suite().manager.streams.delete(STREAM);
    await suite().manager.streams.add({ ...config, deny_purge: false });
    await until(
      'it hears the new stream',
      async () =>
        await suite()
          .manager.consumers.info(STREAM, 'notes')
          .then(() => ready())
          .catch(() => undefined),
    );
  };
  const seenUntilReady = async (assertion: string) => {
    const seen = new Set<number>();
    await until('it is ready', async () => {
      const isReady = await ready().catch(() => undefined);
      if (isReady) return true;
      seen.add(
        await suite()
          .ask(notes, assertion)
          .then(
            ({ status }) => status,
            () => 0,
          ),
      );
      return undefined;
    });
    return seen;
  };

  it('T169: the stream was purged while it was down: it lets nobody in before it has asked what has ended', async () => {
    await makePurgeable();
    const [over, living] = [await open(), await open()];
    await notes.stop();
    await end(over.sid);
    await purge();
    const starting = startNotes(notes.port);
    const seen = await seenUntilReady(over.assertion);
    notes = await starting;
    expect([...seen].filter((status) => ![0, 401, 503].includes(status))).toEqual([]);
    expect((await suite().ask(notes, over.assertion)).body.reason).toBe('operator');
    expect((await suite().ask(notes, living.assertion)).status).toBe(200);
  }, 120_000);

  it('T170: it was away for longer than the stream keeps: the same', async () => {
    const [over, living] = [await open(), await open()];
    await notes.stop();
    await end(over.sid);
    const { config } = await suite().manager.streams.info(STREAM);
    await suite().manager.streams.update(STREAM, { ...config, max_age: 200_000_000, duplicate_window: 100_000_000 });
    await until('the stream has forgotten', async () =>
      (await suite().manager.streams.info(STREAM)).state.messages === 0 ? true : undefined,
    );
    await suite().manager.streams.update(STREAM, config);
    notes = await startNotes(notes.port);
    expect((await suite().ask(notes, over.assertion)).body.reason).toBe('operator');
    expect((await suite().ask(notes, living.assertion)).status).toBe(200);
  }, 120_000);

  it('T169: nobody answers: it stays red and refuses, and comes good when somebody does', async () => {
    const [over, living] = [await open(), await open()];
    await notes.stop();
    await end(over.sid);
    await Promise.all([poller.stop(), purge()]);
    const starting = startNotes(notes.port);
    starting.catch(() => undefined);
    await until('it answers', () =>
      suite()
        .ask(notes, over.assertion)
        .catch(() => undefined),
    );
    for (let n = 0; n < 20; n += 1) {
      expect((await suite().ask(notes, living.assertion)).body.type).toBe('urn:sso:problem:catching-up');
      expect(await ready()).toBeUndefined();
    }
    poller = await startPoller();
    notes = await starting;
    await until('it is ready', ready);
    expect((await suite().ask(notes, over.assertion)).body.reason).toBe('operator');
    expect((await suite().ask(notes, living.assertion)).status).toBe(200);
  }, 120_000);

  it('T169: the stream is purged under a service that runs: it notices, and asks', async () => {
    const [over, living] = [await open(), await open()];
    const ended = { endedAt: new Date(), endCause: 'operator' }; // without its event, which it would hear before the purge
    await hub().database.ssoSession.update({ where: { id: over.sid }, data: ended });
    await until('it refuses', async () => {
      await suite().publish(endingOf(newSid(), randomBytes(9).toString('hex'))); // what is lost is not the last that it has applied
      await purge();
      return (await suite().ask(notes, over.assertion)).status === 401 ? true : undefined;
    });
    await until('it is ready', ready);
    expect((await suite().ask(notes, living.assertion)).status).toBe(200);
  }, 120_000);
});
