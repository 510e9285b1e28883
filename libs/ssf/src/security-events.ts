import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { type SecurityEvent, SecurityEventRefused, tokenHashOf, verifySecurityEventToken } from '#oidc';
import type {
  Cause,
  Clock,
  Ending,
  EndResult,
  Lane,
  OnceToken,
  SeenTokens,
  SsfStreamStatus,
  SsoSessions,
} from '#session';
import { type EventMeaning, meaningOf } from './endings-of-event.js';
import type { Transmitter } from './transmitter.js';

/** A token has no `exp`. Whatever comes again later than that does no harm either: it ends nothing that is newer. */
const REMEMBER_MS = 7 * 24 * 60 * 60_000;
const FUTURE_MS = 60_000;
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

const Verification = z.looseObject({ state: z.string().max(1024).optional().catch(undefined) });
const StreamUpdated = z.looseObject({ status: z.enum(['enabled', 'paused', 'disabled']) });

/** Where tokens come from: a transmitter, and the IdP whose sessions it speaks of. */
export interface EventSource {
  readonly iss: string;
  readonly transmitter: Transmitter;
}

/** What a good token has brought about; all of it is written down. */
export type TakenEvent =
  | { readonly kind: 'ended'; readonly sessions: number }
  /** it had been taken before */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'ignored'; readonly reason: string }
  /** of the stream, not of a person: the transmitter shows that the stream works */
  | { readonly kind: 'verification'; readonly streamId: string | undefined; readonly state: string | undefined }
  | { readonly kind: 'stream_updated'; readonly streamId: string | undefined; readonly status: SsfStreamStatus };

/** Takes security event tokens, however they come: verifies them, and ends what they name. */
export class SecurityEvents {
  private readonly logger = new Logger(SecurityEvents.name);

  constructor(
    /** everything that we are to IdPs */
    private readonly lanes: readonly Lane[],
    private readonly seen: SeenTokens,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
    /** told of sessions that have ended by a token, after the commit */
    private readonly onEnded: (ended: EndResult['ended'], cause: Cause) => void,
  ) {}

  /**
   * Takes one token. Resolves when all of it is done, also when it had been done before.
   *
   * @param named the `jti` that the transmitter gave the token outside of it, if it did
   * @throws SecurityEventRefused when it is not believed; IdpError when its keys could not be had; the store's faults
   */
  async receive(token: string, { iss, transmitter }: EventSource, named?: string): Promise<TakenEvent> {
    const { issuer, audience } = transmitter.options;
    const expected = { issuer, audience, now: this.clock.now() };
    const event = await verifySecurityEventToken(token, transmitter.keys(), expected);
    if (named !== undefined && named !== event.jti)
      throw new SecurityEventRefused('invalid_request', 'it was delivered under another jti');
    const tokenHash = tokenHashOf(token);
    const answered = await this.seen.hashOf(event.iss, event.jti);
    if (answered !== undefined && answered !== tokenHash)
      throw new SecurityEventRefused('invalid_request', 'another token had this jti');
    if (answered !== undefined) return { kind: 'repeated' };
    const ofStream = aboutStream(event);
    if (ofStream !== undefined) return ofStream;
    const clients = this.lanes.filter((lane) => lane.iss === iss);
    const meaning = meaningOf(event, clients, (member) => transmitter.isCritical(member));
    if (meaning.kind === 'ends') return this.end(event, meaning, tokenHash);
    this.logger.log(`ssf.ignored event=${nameOf(event)} reason=${meaning.reason}`);
    return meaning;
  }

  /** The token is remembered with the last of its endings: cut off in between, it comes again and does the rest. */
  private async end(
    event: SecurityEvent,
    { of, cause }: Extract<EventMeaning, { kind: 'ends' }>,
    tokenHash: string,
  ): Promise<TakenEvent> {
    const now = this.clock.now();
    const { iss, jti, happenedAt, initiatingEntity } = event;
    const effectiveAt = new Date(Math.min(happenedAt.getTime(), now.getTime() + FUTURE_MS));
    const once: OnceToken = { iss, jti, tokenHash, expiresAt: new Date(now.getTime() + REMEMBER_MS) };
    let sessions = 0;
    for (const [index, which] of of.entries()) {
      const evidence = { method: 'ssf', strength: 'strong', probes: 0 } as const;
      const ending: Ending = { of: which, cause, causeId: jti, effectiveAt, evidence, initiatingEntity };
      const { ended } = await this.sessions.end(ending, index === of.length - 1 ? once : undefined);
      sessions += ended.length;
      this.onEnded(ended, cause);
    }
    this.logger.log(`ssf.accepted event=${nameOf(event)} sessions=${sessions}`);
    return { kind: 'ended', sessions };
  }
}

/** @see Shared Signals Framework 1.0 §8.1.4.1, §8.1.5: the subject of both is the stream */
function aboutStream({ type, claims, subject }: SecurityEvent): TakenEvent | undefined {
  const streamId = subject.format === 'opaque' ? subject.id : undefined;
  if (type === `${SSF}verification`)
    return { kind: 'verification', streamId, state: Verification.safeParse(claims).data?.state };
  if (type !== `${SSF}stream-updated`) return undefined;
  const updated = StreamUpdated.safeParse(claims);
  if (!updated.success) throw new SecurityEventRefused('invalid_request', 'status is none that a stream can have');
  return { kind: 'stream_updated', streamId, status: updated.data.status };
}

/** The last part of the event's URI, in letters that are safe in a log. */
function nameOf({ type }: SecurityEvent): string {
  return (type.split('/').at(-1) ?? '').replace(/[^\w-]/g, '').slice(0, 64);
}
