import { beforeAll, describe, expect, it } from '@jest/globals';
import { encodeSessionEnded } from '#session';
import type { RunningApp } from '../support/apps.js';
import { endingOf, newSid, serviceForSuite } from '../support/service.js';
import { until } from '../support/until.js';

describe('a service, as a process, and the endings that it hears', () => {
  const { suite } = serviceForSuite();
  let notes: RunningApp;
  beforeAll(async () => {
    notes = await suite().apps.start('notes', suite().env);
  }, 60_000);

  it('lets a session in, and refuses it with the reason once it has ended, though the assertion is still valid', async () => {
    const sid = newSid();
    const assertion = await suite().assertionOf(sid);
    expect((await suite().ask(notes, assertion)).status).toBe(200);
    await suite().publish(endingOf(sid));
    expect((await suite().untilRefused(notes, assertion)).body).toMatchObject({
      type: 'urn:sso:problem:session-ended',
      reason: 'operator',
    });
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['no assertion', () => Promise.resolve(undefined)],
    ['garbage', () => Promise.resolve('a.b.c')],
    ['an assertion for another service', () => suite().assertionOf(newSid(), { aud: 'billing' })],
    ['an assertion of another gateway', () => suite().assertionOf(newSid(), { iss: 'http://evil.test' })],
    [
      'an assertion about a person of another IdP',
      () => suite().assertionOf(newSid(), { idp: 'https://evil.example' }),
    ],
    ['an assertion that is two minutes old', () => suite().assertionOf(newSid(), {}, new Date(Date.now() - 120_000))],
  ])('refuses %s', async (_name, make) => {
    const seen = await suite().ask(notes, await make());
    expect([seen.status, seen.body.type]).toEqual([401, 'urn:sso:problem:not-signed-in']);
  });

  it('refuses a session that is past its end', async () => {
    const seen = await suite().ask(
      notes,
      await suite().assertionOf(newSid(), { expiresAt: new Date(Date.now() - 1_000) }),
    );
    expect(seen.body).toMatchObject({ type: 'urn:sso:problem:session-ended', reason: 'expired' });
  });

  it('T171: an ending that comes before the session’s first request is kept', async () => {
    const sid = newSid();
    await suite().publish(endingOf(sid));
    await until('the mark is there', async () =>
      (await suite().database.revocationMark.count({ where: { key: sid } })) > 0 ? true : undefined,
    );
    expect((await suite().ask(notes, await suite().assertionOf(sid))).body.reason).toBe('operator');
  });

  it('T160: the same event twice revokes once', async () => {
    const sid = newSid();
    await suite().ask(notes, await suite().assertionOf(sid));
    await suite().publish(endingOf(sid));
    const first = await until(
      'revoked',
      async () =>
        (await suite().database.appSession.findFirst({ where: { sid, revokedAt: { not: null } } })) ?? undefined,
    );
    await suite().publish(endingOf(sid, 'the same ending, told by somebody else'));
    await suite().drained('notes');
    expect(await suite().database.appSession.findFirst({ where: { sid } })).toEqual(first);
  });

  it('T164, T165: what can’t be read or believed goes to the dead letters and changes nothing', async () => {
    const [sid, before] = [newSid(), await suite().deadLetters()];
    const assertion = await suite().assertionOf(sid);
    await suite().ask(notes, assertion);
    const event = endingOf(sid);
    const { data, ...envelope } = encodeSessionEnded(event) as { data: object };
    for (const [id, payload] of Object.entries({
      text: 'not an event',
      'no iss': { ...envelope, data: { ...data, iss: undefined } },
      'no sid': { ...envelope, data: { ...data, sid: undefined } },
      'a wildcard for a sid': { ...envelope, data: { ...data, sid: '*' } },
      'an issuer that is not trusted': { ...envelope, data: { ...data, iss: 'https://evil.example' } },
    }))
      await suite().publish({ ...event, id: `poison ${id}` }, payload);
    await until('five dead letters', async () => ((await suite().deadLetters()) >= before + 5 ? true : undefined));
    expect((await suite().ask(notes, assertion)).status).toBe(200);
  });

  it('EVT-11: an event of a major version to come is applied by what all versions keep, and holds nobody up', async () => {
    const sid = newSid();
    const event = endingOf(sid);
    const assertion = await suite().assertionOf(sid);
    await suite().ask(notes, assertion);
    await suite().publish(event, { ...encodeSessionEnded(event), type: 'sso.session.ended.v2' });
    expect((await suite().untilRefused(notes, assertion)).body.reason).toBe('unknown');
    await suite().drained('notes');
  });
});
