import { describe, expect, it } from '@jest/globals';
import type { LogoutProgress } from '#session';
import { logoutReportOf as reportOf } from './logout-report.js';

const at = (ms: number) => new Date(Date.UTC(2026, 7, 30, 12) + ms);
const event = (eventId: string, publishedAt: Date | undefined = at(5)) => ({ eventId, endedAt: at(0), publishedAt });
const receipt = (eventId: string, service: string, ms = 40) => ({ eventId, service, sessions: 1, appliedAt: at(ms) });
const progress = (changes: Partial<LogoutProgress>): LogoutProgress => ({
  events: [event('e1')],
  receipts: [],
  services: [],
  ...changes,
});

const logoutReportOf = (id: string, known: LogoutProgress, expected: readonly string[]) =>
  reportOf(id, known, expected, at(12_000));

describe('the report of a logout', () => {
  it('is none when there was no such logout', () => {
    expect(logoutReportOf('l', progress({ events: [] }), ['notes'])).toBeUndefined();
  });

  it('names every service that is expected, that lately sent receipts, and that answered', () => {
    const seen = logoutReportOf('l', progress({ services: ['mail'], receipts: [receipt('e1', 'billing')] }), ['notes']);
    expect(seen).toMatchObject({ id: 'l', state: 'pending', endedAt: at(0).toISOString() });
    expect(seen?.services).toEqual([
      { name: 'billing', state: 'signed_out', sessions: 1, appliedAt: at(40).toISOString(), ms: 40, waitingMs: null },
      { name: 'mail', state: 'pending', sessions: 0, appliedAt: null, ms: null, waitingMs: 12_000 },
      { name: 'notes', state: 'pending', sessions: 0, appliedAt: null, ms: null, waitingMs: 12_000 },
    ]);
  });

  it('is complete once all have answered', () => {
    expect(logoutReportOf('l', progress({ receipts: [receipt('e1', 'notes')] }), ['notes'])?.state).toBe('complete');
  });

  it('is pending while an event waits in the outbox, whoever is expected', () => {
    const waiting = { events: [{ ...event('e1'), publishedAt: undefined }] };
    expect(logoutReportOf('l', progress(waiting), [])).toMatchObject({ state: 'pending', publishedAt: null });
  });

  it('of several sessions: a service has signed out when it has applied each', () => {
    const events = [event('e1'), event('e2', at(9))];
    const half = logoutReportOf('l', progress({ events, receipts: [receipt('e1', 'notes')] }), []);
    expect(half?.services[0]).toMatchObject({ state: 'pending', ms: null });
    const receipts = [receipt('e1', 'notes', 40), receipt('e2', 'notes', 60)];
    const whole = logoutReportOf('l', progress({ events, receipts }), []);
    expect(whole).toMatchObject({ state: 'complete', publishedAt: at(9).toISOString() });
    expect(whole?.services[0]).toMatchObject({ state: 'signed_out', sessions: 2, ms: 60 });
  });

  it('shows no time below zero when the clock of a service is behind', () => {
    expect(logoutReportOf('l', progress({ receipts: [receipt('e1', 'notes', -500)] }), [])?.services[0]?.ms).toBe(0);
  });
});
