import { describe, expect, it } from '@jest/globals';
import { Clock, encodeEndedQuestion, EndedSessions, parseSid, type SessionEnded, type Sid } from '#session';
import { EndedAnswers } from './ended-answers.js';

const SID = parseSid('0199b0c0-0000-7000-8000-000000000001')!;
const question = encodeEndedQuestion({ iss: 'https://idp.example', sids: [SID] });
const SUBJECT = 'sso.v1.ask.ended.notes';

class SetClock extends Clock {
  ms = 1_000_000;

  now(): Date {
    return new Date(this.ms);
  }
}

class MemoryEnded extends EndedSessions {
  asked = 0;
  fault: Error | undefined;
  until: Promise<void> = Promise.resolve();

  async among(iss: string, sids: readonly Sid[]): Promise<readonly SessionEnded[]> {
    this.asked += 1;
    await this.until;
    if (this.fault !== undefined) throw this.fault;
    return sids.map((sid) => ({
      ...{ id: 'e1', source: 'urn:test', tenant: undefined, scope: 'session', iss, sid, sub: undefined },
      ...{ effectiveAt: new Date(5_000), detectedAt: new Date(5_000), cause: 'operator', causeId: '' },
      ...{ initiatingEntity: 'system', evidence: { method: 'asked', strength: 'strong', probes: 0 } },
    }));
  }
}

function answering() {
  const [clock, sessions] = [new SetClock(), new MemoryEnded()];
  return { clock, sessions, answers: new EndedAnswers(sessions, clock) };
}

describe('the answers to services', () => {
  it('say what has ended, since when and why', async () => {
    const { answers } = answering();
    expect(await answers.answer(question, SUBJECT)).toEqual({
      version: 1,
      ended: [{ sid: SID, effective_at: new Date(5_000).toISOString(), cause: 'operator', id: 'e1' }],
    });
  });

  it.each<[string, unknown, string]>([
    ['no JSON', undefined, SUBJECT],
    ['another version', { ...question, version: 2 }, SUBJECT],
    ['a subject that names no service', question, 'sso.v1.ask.ended.a.b'],
  ])('refuse what can’t be read, and ask the hub nothing: %s', async (_name, asked, subject) => {
    const { answers, sessions } = answering();
    expect(await answers.answer(asked, subject)).toEqual({ version: 1, error: 'invalid' });
    expect(sessions.asked).toBe(0);
  });

  it('are no answers while the hub’s database can’t be asked', async () => {
    const { answers, sessions } = answering();
    sessions.fault = new Error('connection lost');
    expect(await answers.answer(question, SUBJECT)).toEqual({ version: 1, error: 'unavailable' });
  });

  it('are bounded: a service that asks without end is told so, another one is answered', async () => {
    const { answers, sessions, clock } = answering();
    for (let n = 0; n < 1_000; n += 1) {
      clock.ms += 1;
      await answers.answer(question, SUBJECT);
    }
    expect(sessions.asked).toBeLessThanOrEqual(26); // 20 a second, and what the bucket holds
    expect(await answers.answer(question, SUBJECT)).toEqual({ version: 1, error: 'busy' });
    expect(await answers.answer(question, 'sso.v1.ask.ended.billing')).toMatchObject({ ended: [{ sid: SID }] });
  });

  it('are bounded: however many services ask at once, the hub is asked four questions', async () => {
    const { answers, sessions } = answering();
    let go: () => void = () => undefined;
    sessions.until = new Promise((resolve) => (go = resolve));
    const asked = Array.from({ length: 20 }, (_, n) => answers.answer(question, `sso.v1.ask.ended.service-${n}`));
    const refused = await Promise.all(asked.slice(4));
    expect(refused.every((answer) => answer.error === 'busy')).toBe(true);
    go();
    expect(await Promise.all(asked.slice(0, 4))).toHaveLength(4);
    expect(sessions.asked).toBe(4);
  });
});
