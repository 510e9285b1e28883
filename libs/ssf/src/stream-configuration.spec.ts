import { describe, expect, it } from '@jest/globals';
import { chooseStream, newStream, readStream } from './stream-configuration.js';

const EXPECTED = { issuer: 'https://t.example', audience: 'us' };
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const GOOD = {
  stream_id: 's1',
  iss: 'https://t.example',
  aud: ['us', 'them'],
  delivery: { method: 'urn:ietf:rfc:8936', endpoint_url: 'https://t.example/poll' },
  events_delivered: [CAEP],
  inactivity_timeout: 60,
  min_verification_interval: 90,
};

describe('the configuration of a stream (SSF-06)', () => {
  it('says where to poll and how often to do what', () => {
    const stream = {
      streamId: 's1',
      pollEndpoint: 'https://t.example/poll',
      inactivityMs: 60_000,
      minVerificationMs: 90_000,
    };
    expect(readStream(GOOD, EXPECTED)).toEqual({ kind: 'fits', stream });
  });

  it.each<[string, object, string]>([
    ['another issuer', { iss: 'https://t.example/' }, 'iss'],
    ['another audience', { aud: 'them' }, 'aud'],
    ['push', { delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: 'https://us.example' } }, 'delivery'],
    ['no address', { delivery: { method: 'urn:ietf:rfc:8936' } }, 'delivery'],
    ['an address that is none', { delivery: { method: 'urn:ietf:rfc:8936', endpoint_url: 'file:///x' } }, 'malformed'],
    ['no events that end sessions', { events_delivered: ['urn:x'] }, 'events_delivered'],
    ['no events', { events_delivered: undefined }, 'events_delivered'],
    ['no id', { stream_id: undefined }, 'malformed'],
  ])('does not fit with %s', (_name, changes, reason) => {
    expect(readStream({ ...GOOD, ...changes }, EXPECTED)).toEqual({ kind: 'unfit', reason });
  });

  it('is chosen from a list, if one fits', () => {
    expect(chooseStream([{ ...GOOD, aud: 'them' }, GOOD], EXPECTED)?.kind).toBe('fits');
    expect(chooseStream([{ ...GOOD, aud: 'them' }], EXPECTED)).toEqual({ kind: 'unfit', reason: 'aud' });
    expect(chooseStream([], EXPECTED)).toBeUndefined();
  });

  it('is asked for with the events that end sessions, by poll', () => {
    expect(newStream()).toMatchObject({
      delivery: { method: 'urn:ietf:rfc:8936' },
      events_requested: expect.arrayContaining([CAEP]) as unknown,
    });
  });
});
