import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { decodeSessionEnded, type Sid } from '#session';
import { PrismaSsfStreams } from '#store';
import { type IdpInput, pollersForSuite } from './poller.js';
import { API_TOKEN, SsfTransmitter } from './ssf-transmitter.js';
import { until } from './until.js';

/** What a test says of `ssf.poll` beside the usual. */
export type PollInput = Partial<NonNullable<NonNullable<IdpInput['ssf']>['poll']>>;

/** Gives this suite a transmitter, and pollers as processes that poll it. */
export function ssfForSuite() {
  const pollers = pollersForSuite();
  const { the, startPoller, eventsOf } = pollers;
  let transmitter: SsfTransmitter;

  beforeAll(async () => {
    transmitter = await SsfTransmitter.start();
  });
  afterEach(async () => {
    transmitter.reset();
    await the().database.ssfStream.deleteMany();
  });
  afterAll(() => transmitter.stop());

  const start = (poll: PollInput = {}, env: Readonly<Record<string, string>> = {}) =>
    startPoller(
      { SSF_TOKEN: API_TOKEN, ...env },
      {
        profile: 'generic',
        ssf: {
          transmitter: transmitter.issuer,
          audience: 'us',
          poll: { authorization: { env: 'SSF_TOKEN' }, everyS: 0.2, ...poll },
        },
      },
    );
  /** An ID token's `iat` is in whole seconds, as an event's is: one of the same second is about this sign-in too. */
  const signIn = (sub: string) =>
    pollers.signIn(sub, { idTokenIssuedAt: new Date(Math.floor(Date.now() / 1000) * 1000) });
  const issSub = (sub: string) => ({ format: 'iss_sub', iss: the().idp.issuer, sub });
  const opaque = (id: string) => ({ format: 'opaque', id });
  const row = () => the().database.ssfStream.findFirst();
  const health = async () => {
    const key = { transmitter: transmitter.issuer, audience: 'us' };
    const seen = await new PrismaSsfStreams(the().database).health(key, new Date());
    return seen.kind === 'unhealthy' ? seen.reason : seen.kind;
  };
  const isAcked = (jti: string) => until(`${jti} is acknowledged`, () => transmitter.acked.includes(jti) || undefined);
  const errOf = (jti: string) => until(`${jti} is refused`, () => transmitter.refused.get(jti));
  const isVerified = () => until('the stream is verified', async () => (await row())?.verifiedAt ?? undefined);
  const causesOf = async (sid: Sid) => (await eventsOf(sid)).map(({ payload }) => decodeSessionEnded(payload).cause);
  const pollsFrom = async (count: number) => {
    const from = transmitter.polls.length;
    await until(`${count} more polls`, () => transmitter.polls.length >= from + count || undefined);
  };

  return {
    ...{
      ...pollers,
      signIn,
      transmitter: () => transmitter,
      start,
      issSub,
      opaque,
      row,
      health,
      isAcked,
      errOf,
      isVerified,
    },
    ...{ causesOf, pollsFrom },
  };
}
