import { v7 as uuidv7 } from 'uuid';
import type { NewSsoSession, Sid } from '#session';
import type { Prisma } from './generated/hub/client.js';
import { NOTHING_KNOWN_AGAINST } from './probe-findings.js';
import { toSid } from './rows.js';
import { sealTokens } from './sealed-tokens.js';
import type { TokenCipher } from './token-cipher.js';

type Transaction = Prisma.TransactionClient;

/**
 * Gives a live record the newer tokens, unless it has just ended: then it gives false. A sign-in that brings no refresh token
 * leaves the one that is there, if nothing speaks against it: one that is on its way to the IdP, or whose answer was lost, may
 * be worth nothing by now.
 */
export async function renewSession(
  tx: Transaction,
  cipher: TokenCipher,
  { id, expiresAt: end }: { readonly id: string; readonly expiresAt: Date },
  signIn: NewSsoSession,
  now: Date,
): Promise<boolean> {
  const { refreshToken, refreshExpiresAt, ...others } = columnsOf(cipher, id, signIn, now);
  const known = { tokenGeneration: { increment: 1 }, ...NOTHING_KNOWN_AGAINST };
  const expiresAt = signIn.ceiling !== undefined && signIn.ceiling < end ? signIn.ceiling : end;
  const data = { ...others, ...known, expiresAt };
  if (refreshToken === null) {
    const where = { id, endedAt: null, refreshState: null };
    if ((await tx.ssoSession.updateMany({ where, data })).count === 1) return true;
  }
  const where = { id, endedAt: null };
  const { count } = await tx.ssoSession.updateMany({ where, data: { ...data, refreshToken, refreshExpiresAt } });
  return count === 1;
}

/** Makes the record of a sign-in. */
export async function createSession(
  tx: Transaction,
  cipher: TokenCipher,
  signIn: NewSsoSession,
  now: Date,
): Promise<Sid> {
  const id = uuidv7();
  const { iss, clientId, idpSid = null, sub, expiresAt } = signIn;
  const columns = columnsOf(cipher, id, signIn, now);
  await tx.ssoSession.create({ data: { id, iss, clientId, idpSid, sub, openedAt: now, expiresAt, ...columns } });
  return toSid(id);
}

function columnsOf(cipher: TokenCipher, id: string, signIn: NewSsoSession, now: Date) {
  return {
    ...sealTokens(cipher, id, signIn.tokens),
    idTokenIssuedAt: signIn.idTokenIssuedAt,
    authTime: signIn.authTime ?? null,
    acr: signIn.acr ?? null,
    tokensSince: now,
    refreshState: null,
    refreshSince: null,
    idpCheckedAt: now,
    probeDueAt: signIn.firstProbeAt,
    leaseEndsAt: null,
  };
}
