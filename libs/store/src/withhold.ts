import { BRAKE_WINDOW_MS, type Braked, brakeReason, doubtOf, type Ending, type HeldEnding } from '#session';
import type { Prisma } from './generated/hub/client.js';
import { type BrakeCounts, brakeCounts, endingsSinceActive } from './sql/brake-counts.js';
import { holdSession } from './sql/hold-session.js';
import { lock } from './sql/lock.js';
import { sessionsToEnd, type SessionToEnd } from './sql/sessions-to-end.js';

type PollEnding = Ending & { readonly of: Extract<Ending['of'], { kind: 'sid' }> };

/**
 * Decides whether an ending that a poll has found is written, in the transaction that would write it: endings of one issuer
 * wait for one another here, so that any number of pollers can't slip past the brake together. Undefined: it is written, or void.
 */
export async function withhold(
  tx: Prisma.TransactionClient,
  ending: Ending,
  now: Date,
): Promise<'held' | 'doubted' | undefined> {
  const { of } = ending;
  if (of.kind !== 'sid' || of.braked === undefined) return undefined;
  const { braked } = of;
  await tx.$queryRaw(lock(`brake|${braked.iss}`));
  const [session] = await tx.$queryRaw<SessionToEnd[]>(sessionsToEnd(of, ending.effectiveAt));
  if (session === undefined) return undefined; // void: the lease was lost, or the tokens have changed
  const brake = await tx.issuerBrake.findUnique({ where: { iss: braked.iss } });
  const isFree = brake === null || brake.state === 'free';
  if (isFree) {
    if (await isDoubted(tx, braked, ending.effectiveAt)) return 'doubted';
    const reason = await reasonToBrake(tx, braked, brake?.countFrom, now);
    if (reason === undefined) return undefined;
    const held = { state: 'held', since: now, reason, changedBy: null, watchLeaseUntil: null };
    const where = { iss: braked.iss };
    await tx.issuerBrake.upsert({ where, create: { ...where, ...held, countFrom: now }, update: held });
  }
  await tx.$executeRaw(holdSession(of.sid, heldEndingOf({ ...ending, of }), braked.reauthenticate, now));
  return 'held';
}

async function isDoubted(
  tx: Prisma.TransactionClient,
  { iss, clientId, method, calibration }: Braked,
  weakEndedAt: Date,
) {
  if (calibration === undefined) return false;
  const health = await tx.issuerHealth.findUnique({ where: { iss_clientId_method: { iss, clientId, method } } });
  if (health?.calibratedAt == null) return true; // another poller has doubted it since the question
  const lastActiveAt = latest(health.lastActiveAt ?? health.calibratedAt, calibration.lastActiveAt);
  const [since] = await tx.$queryRaw<{ n: number }[]>(endingsSinceActive({ iss, clientId }, lastActiveAt));
  return doubtOf({ ...calibration, weakEndedAt, lastActiveAt, endedSince: since?.n ?? 0 }) !== undefined;
}

async function reasonToBrake(tx: Prisma.TransactionClient, braked: Braked, countFrom: Date | undefined, now: Date) {
  const windowStart = new Date(now.getTime() - BRAKE_WINDOW_MS);
  const since = latest(windowStart, countFrom);
  const [counts] = await tx.$queryRaw<BrakeCounts[]>(brakeCounts(braked.iss, since, now));
  if (counts === undefined) throw new Error('the counts of the brake gave no row');
  const { ended, active, activeBefore, endedBefore } = counts;
  const before = { active: activeBefore, ended: endedBefore };
  return brakeReason({ ended: ended + 1, active, intervalMs: braked.intervalMs, before });
}

function latest(a: Date, b: Date | undefined): Date {
  return b !== undefined && b > a ? b : a;
}

function heldEndingOf({ of, effectiveAt, evidence }: PollEnding): HeldEnding {
  return { ...evidence, effectiveAt, tokenGeneration: of.onlyIf?.tokenGeneration ?? 0 };
}
