import { type Ending, REPLACED_FOR_MS, type Sid } from '#session';
import type { Prisma } from './generated/hub/client.js';
import { toSid } from './rows.js';

/**
 * Moves a browser session that a newer one of the same browser replaces to the newer one's SSO session; it counts for a few
 * seconds more. One of another person stays where it is. Gives the SSO session that it was on before, when that is another one and no browser is left on it.
 *
 * @param id of the browser session: the hash of its token
 */
export async function replaceBrowserSession(
  tx: Prisma.TransactionClient,
  id: string,
  sid: Sid,
  now: Date,
): Promise<Sid | undefined> {
  const counts = { OR: [{ endedAt: null }, { endedAt: { gt: now } }] };
  const { iss, sub } = await tx.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const before = await tx.browserSession.findFirst({ where: { id, ssoSession: { iss, sub }, ...counts } });
  if (before === null) return undefined;
  await tx.browserSession.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: new Date(now.getTime() + REPLACED_FOR_MS) },
  });
  if (before.ssoSessionId === sid) return undefined;
  await tx.browserSession.updateMany({ where: { id }, data: { ssoSessionId: sid } });
  const others = await tx.browserSession.count({
    where: { ssoSessionId: before.ssoSessionId, expiresAt: { gt: now }, ...counts },
  });
  return others === 0 ? toSid(before.ssoSessionId) : undefined;
}

/** The end of a session whose last browser has another IdP session of the same person now. */
export function endingOfReplaced(sid: Sid, by: Sid, now: Date): Ending {
  return {
    of: { kind: 'sid', sid },
    cause: 'silent_check',
    causeId: by,
    effectiveAt: now,
    evidence: { method: 'session_replaced', strength: 'strong', probes: 0 },
    initiatingEntity: 'system',
  };
}
