import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeSessionEnded, parseSid, parseSub, type Receipt, type SessionEnded, sessionEndedOf } from '#session';
import { HubDatabase, PrismaReceipts } from '#store';
import { freshDatabase } from '../support/databases.js';

const ISS = 'https://idp.example.com';
const AT = new Date('2026-08-30T12:00:00.000Z');
const run = promisify(execFile);

describe('receipts in Postgres', () => {
  let [url, database]: [string, HubDatabase | undefined] = ['', undefined];
  const the = () => database!;
  const receipts = () => new PrismaReceipts(the());

  beforeAll(async () => {
    url = await freshDatabase('hub');
    database = new HubDatabase(url);
  }, 60_000);
  beforeEach(async () => {
    await the().outboxEvent.deleteMany();
    await the().receipt.deleteMany();
    await the().hearer.deleteMany();
  });
  afterAll(() => database?.$disconnect());

  const tell = async (publishedAt: Date | null = AT, causeId: string = randomUUID()): Promise<SessionEnded> => {
    const sid = parseSid(randomUUID())!;
    const evidence = { method: 'rp_initiated', strength: 'strong', probes: 0 } as const;
    const of = { kind: 'sid', sid } as const;
    const ending = { of, cause: 'rp_initiated', causeId, effectiveAt: AT, evidence, initiatingEntity: 'user' } as const;
    const told = { source: 'urn:sso:test', tenant: undefined, at: AT };
    const event = sessionEndedOf(ending, { iss: ISS, sid, sub: parseSub('ana')! }, told);
    const payload = encodeSessionEnded(event) as object;
    const row = { id: event.id, sid, causeId, subject: 'sso.v1.logout.x', payload, createdAt: AT, publishedAt };
    await the().outboxEvent.create({ data: row });
    return event;
  };
  const from = (service: string, { id }: Pick<SessionEnded, 'id'>, said: Partial<Receipt> = {}): Receipt => ({
    ...{ eventId: id, iss: ISS, service, sessions: 1, appliedAt: new Date(AT.getTime() + 40) },
    ...said,
  });
  const sso = async (...args: readonly string[]) => {
    const env = { ...process.env, HUB_DATABASE_URL: url };
    const { stdout } = await run(process.execPath, ['dist/scripts/sso/main.js', 'receipts', ...args], { env });
    return stdout;
  };

  it('the first is kept, with when the ending was learned; one that comes again changes nothing', async () => {
    const event = await tell();
    expect(await receipts().keep(from('notes', event))).toEqual({ kind: 'kept', detectedAt: AT });
    expect(await receipts().keep(from('notes', event, { sessions: 0, appliedAt: new Date() }))).toEqual({
      kind: 'again',
    });
    const [trace] = await receipts().traceOf(event.id);
    expect(trace?.receipts).toEqual([expect.objectContaining({ service: 'notes', sessions: 1 })]);
  });

  it('of two that come at once one is the first', async () => {
    const event = await tell();
    const kinds = await Promise.all(Array.from({ length: 8 }, () => receipts().keep(from('notes', event))));
    expect(kinds.filter(({ kind }) => kind === 'kept')).toHaveLength(1);
    expect(kinds.filter(({ kind }) => kind === 'again')).toHaveLength(7);
  });

  it('about an event that nobody has told of nothing is kept, and nobody is expected for it', async () => {
    expect(await receipts().keep(from('notes', { id: 'made-up' }))).toEqual({ kind: 'unknown_event' });
    expect(await the().receipt.count()).toBe(0);
    expect(await the().hearer.count()).toBe(0);
  });

  it('a service is expected for the issuer of the event, whatever issuer its receipt names', async () => {
    await receipts().keep(from('notes', await tell(), { iss: 'https://another.example' }));
    expect(await the().hearer.findMany()).toEqual([expect.objectContaining({ iss: ISS, service: 'notes' })]);
  });

  it('is kept for a week, however wrong the clock of the service is', async () => {
    const event = await tell();
    const hubNow = async () => {
      const [row] = await the().$queryRaw<{ now: Date }[]>`SELECT clock_timestamp()::timestamptz(3) AS "now"`;
      return row!.now.getTime();
    };
    const before = await hubNow();
    await receipts().keep(from('behind', event, { appliedAt: new Date(0) }));
    await receipts().keep(from('ahead', event, { appliedAt: new Date('2099-01-01') }));
    const after = await hubNow();
    const weekMs = 7 * 24 * 60 * 60_000;
    const kept = await the().receipt.findMany();
    expect(kept).toHaveLength(2);
    for (const { expiresAt } of kept) {
      expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + weekMs);
      expect(expiresAt.getTime()).toBeLessThanOrEqual(after + weekMs);
    }
  });

  it('a service owes one for each published event that it has not confirmed; one that comes late settles it', async () => {
    const first = await tell();
    await receipts().keep(from('notes', first));
    await receipts().keep(from('mail', first));
    expect(await receipts().owed()).toEqual([]);
    const second = await tell(new Date(AT.getTime() + 5_000));
    await tell(null);
    await receipts().keep(from('mail', second));
    expect(await receipts().owed()).toEqual([
      { service: 'notes', iss: ISS, events: 1, since: new Date(AT.getTime() + 5_000) },
    ]);
    await receipts().keep(from('notes', second, { appliedAt: new Date() }));
    expect(await receipts().owed()).toEqual([]);
  });

  it('npm run sso -- receipts shows an event by its id, its session or its logout, and nobody’s name', async () => {
    const earlier = await tell();
    await receipts().keep(from('mail', earlier));
    const event = await tell(AT, 'logout-1');
    await receipts().keep(from('notes', event, { sessions: 2 }));
    const shown = await sso(event.id);
    expect(shown).toContain(
      `${event.id} scope=session sid=${event.sid} cause=rp_initiated detected=${AT.toISOString()}`,
    );
    expect(shown).toContain('  notes: applied=2026-08-30T12:00:00.040Z sessions=2 after=40 ms\n');
    expect(shown).toMatch(/^ {2}mail: not confirmed for \d+ s$/m);
    expect(shown).not.toContain('ana');
    for (const key of [event.sid!, 'logout-1']) expect(await sso(key)).toContain(`${event.id} scope=session`);
    await expect(sso('nothing')).rejects.toMatchObject({ code: 1 });
  });

  it('npm run sso -- receipts says who owes any, and for how long', async () => {
    expect(await sso()).toBe('no service owes a receipt\n');
    await receipts().keep(from('mail', await tell()));
    await tell();
    expect(await sso()).toMatch(/^mail: 1 of https:\/\/idp\.example\.com not confirmed, the oldest for \d+ s\n$/);
  });
});
