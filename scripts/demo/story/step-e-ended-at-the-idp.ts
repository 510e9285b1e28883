import { z } from 'zod';
import { queryOne } from '../database.js';
import type { Target } from '../target.js';
import { askUser, describeAnswer, type Actor } from './actor.js';
import { endSessionsQuietly } from './operator.js';
import {
  askService,
  assertionFor,
  describeDirect,
  isRefusalFor,
  readThroughGateway,
  sessionFactsOf,
  type Service,
  type SessionFacts,
} from './services.js';
import type { Stage } from './stage.js';
import { expectThat } from './story-fault.js';
import { until } from './until.js';

const longestMs = 60_000;
const reason = 'poll_session_ended';
const PublishedRow = z.object({ id: z.string(), publishedAt: z.date() });
const RevokedRow = z.object({ revokedAt: z.date() });

/** What the step measures, in milliseconds. */
export interface Detection {
  readonly detectMs: number;
  readonly publishToRevokedMs: { readonly notes: number; readonly billing: number };
}

/** Ana's session is ended at the IdP and nobody is told. The poller finds out; everyone refuses her and says why. */
export async function endAtTheIdp({ ana, target }: Stage): Promise<Detection> {
  const { frontEndA, frontEndB } = target.addresses;
  const facts = await sessionFactsOf(ana, frontEndA, target);
  const endedAt = await endSessionsQuietly(target, ana.login);
  await untilSignedOut(ana, frontEndA);
  const detectMs = performance.now() - endedAt;
  await untilSignedOut(ana, frontEndB);
  await expectRefusedEverywhere(ana, facts, 'notes', target);
  await expectRefusedEverywhere(ana, facts, 'billing', target);
  const event = await publishedEvent(facts.sid, target);
  return {
    detectMs,
    publishToRevokedMs: {
      notes: await revokedAfterMs('notes', facts.sid, event, target),
      billing: await revokedAfterMs('billing', facts.sid, event, target),
    },
  };
}

function untilSignedOut(actor: Actor, frontEnd: string): Promise<void> {
  return until(`${frontEnd} says that ${actor.name} is signed out because of ${reason}`, longestMs, async () => {
    const user = await askUser(actor, frontEnd);
    if (user.kind === 'signed_out' && user.reason === reason) return { done: true, value: undefined };
    return { done: false, seen: user.kind === 'signed_in' ? 'still signed in' : user.text };
  });
}

/** The service itself refuses, even with an assertion that is valid in itself; so does the gateway in front of it. */
async function expectRefusedEverywhere(actor: Actor, facts: SessionFacts, service: Service, target: Target) {
  const assertion = await assertionFor(facts, service, target);
  await until(`${service} itself refuses ${actor.name} because of ${reason}`, longestMs, async () => {
    const direct = await askService(target, service, assertion);
    if (isRefusalFor(direct, reason)) return { done: true, value: undefined };
    return { done: false, seen: describeDirect(direct) };
  });
  const proxied = await readThroughGateway(actor, target.addresses.frontEndA, service);
  const expected = `the gateway lets ${actor.name} read nothing of ${service}, because of ${reason}`;
  expectThat(isRefusalFor(proxied, reason), expected, describeAnswer(proxied));
}

function publishedEvent(sid: string, target: Target): Promise<z.infer<typeof PublishedRow>> {
  return until('the event is marked as published', longestMs, async () => {
    const row = await queryOne(
      target.databases.hub,
      'SELECT "id", "publishedAt" FROM "OutboxEvent" WHERE "sid" = $1 AND "publishedAt" IS NOT NULL ORDER BY "seq" LIMIT 1',
      [sid],
    );
    const parsed = PublishedRow.safeParse(row);
    return parsed.success ? { done: true, value: parsed.data } : { done: false, seen: 'not published' };
  });
}

/** The service's database says when it revoked the session, and that it was this event that did it. */
function revokedAfterMs(
  service: Service,
  sid: string,
  event: z.infer<typeof PublishedRow>,
  target: Target,
): Promise<number> {
  return until(`${service} has revoked the session because of event ${event.id}`, longestMs, async () => {
    const row = await queryOne(
      target.databases[service],
      'SELECT "revokedAt" FROM "AppSession" WHERE "sid" = $1 AND "revokedBy" = $2',
      [sid, event.id],
    );
    const parsed = RevokedRow.safeParse(row);
    if (!parsed.success) return { done: false, seen: 'no such row' };
    return { done: true, value: parsed.data.revokedAt.getTime() - event.publishedAt.getTime() };
  });
}
