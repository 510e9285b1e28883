import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ClaimedSession, UnknownReason, Verdict } from '#session';
import { PrismaBrakes, PrismaIssuerHealth } from '#store';
import { ReleaseTrial } from '../../apps/session-poller/src/brake/release-trial.js';
import { Probe } from '../../apps/session-poller/src/probe/probe.js';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

const ENDED: Verdict = { kind: 'ended', strength: 'weak' };
const unknown = (reason: UnknownReason): Verdict => ({ kind: 'unknown', reason });

/** Says of each person what it is told to. */
class Told extends Probe {
  readonly method = 'introspect';

  constructor(private readonly of: (sub: string) => Verdict) {
    super();
  }

  ask({ sub }: ClaimedSession): Promise<Verdict> {
    return Promise.resolve(this.of(sub));
  }
}

describe('T139: a brake that somebody wants to stay held', () => {
  const hub = hubForSuite();
  const open = async (iss: string, sub: string, held: boolean) => {
    const now = hub().clock.now();
    const signIn = signInOf(sub, now, { iss, idpSid: randomUUID() });
    const opened = await hub().sessions.open(signIn, browserOf(randomUUID(), now));
    if (opened.kind !== 'opened') throw new Error('refused');
    if (held) await hub().database.ssoSession.update({ where: { id: opened.sid }, data: { heldAt: now } });
  };
  const trial = (iss: string, of: (sub: string) => Verdict) =>
    new ReleaseTrial(
      new Told(of),
      {
        brakes: new PrismaBrakes(hub().database),
        canaries: hub().canaries,
        queue: hub().queue,
        health: new PrismaIssuerHealth(hub().database),
      },
      hub().clock,
      {
        lane: { iss, clientId: 'gateway' },
        canarySub: undefined,
        intervalMs: 900_000,
        leaseMs: 30_000,
        whatIsWrong: () => Promise.resolve(undefined),
      },
    ).whatSpeaksAgainst(new AbortController().signal);

  it('is released though one person signs in and out at the IdP without end: others who have just signed in are active', async () => {
    const iss = 'https://newest.example';
    for (const sub of ['held-1', 'held-2']) await open(iss, sub, true);
    await open(iss, 'honest', false);
    for (let n = 0; n < 10; n += 1) await open(iss, 'eve', false);
    expect(await trial(iss, (sub) => (sub === 'honest' ? { kind: 'active' } : ENDED))).toBeUndefined();
    expect(await trial(iss, () => ENDED)).toBe('canary_not_active');
  });

  it.each<[says: Verdict, against: string | undefined]>([
    [unknown('token_expired'), undefined],
    [unknown('mismatch'), undefined],
    [unknown('server'), 'sample_disagrees'],
    [unknown('uncalibrated'), 'sample_disagrees'],
    [{ kind: 'active' }, 'sample_disagrees'],
  ])(
    'where one held session says %j for ever, what speaks against the release of the others: %s',
    async (says, against) => {
      const iss = `https://${randomUUID()}.example`;
      for (const sub of ['held-1', 'held-2', 'eve']) await open(iss, sub, true);
      await open(iss, 'honest', false);
      const of = (sub: string): Verdict => (sub === 'honest' ? { kind: 'active' } : sub === 'eve' ? says : ENDED);
      expect(await trial(iss, of)).toBe(against);
    },
  );

  it('stays held where most of what is held can not be asked about any more', async () => {
    const iss = 'https://too-late.example';
    for (const sub of ['held-1', 'late-1', 'late-2']) await open(iss, sub, true);
    await open(iss, 'honest', false);
    const of = (sub: string): Verdict =>
      sub === 'honest' ? { kind: 'active' } : sub === 'held-1' ? ENDED : unknown('token_expired');
    expect(await trial(iss, of)).toBe('sample_disagrees');
  });
});
