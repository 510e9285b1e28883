import type { EndingOf } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** A session that an ending is about. */
export interface SessionToEnd {
  readonly id: string;
  readonly iss: string;
  readonly sub: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
}

/** The IdP's clock may be behind by that much, for endings of one session (EVT-04). */
const SKEW_MS = 60_000;

/**
 * Finds and locks what `of` names and has not ended, in the order of ids, so that two endings never wait for each other
 * in a circle. What was signed in after `effectiveAt` is left alone. Of those that have expired, what somebody else works on is passed over.
 */
export function sessionsToEnd(of: EndingOf, effectiveAt: Date): Prisma.Sql {
  const columns = Prisma.sql`"id"::text, "iss", "sub", "openedAt", "expiresAt"`;
  if (of.kind === 'expired')
    return Prisma.sql`
      SELECT ${columns} FROM "SsoSession" WHERE "endedAt" IS NULL AND "expiresAt" <= ${effectiveAt}
      ORDER BY "expiresAt" LIMIT ${of.limit} FOR UPDATE SKIP LOCKED`;
  return Prisma.sql`
    SELECT ${columns} FROM "SsoSession"
    WHERE "endedAt" IS NULL AND ${selector(of, effectiveAt)}
    ORDER BY "id" FOR UPDATE`;
}

function selector(of: Exclude<EndingOf, { kind: 'expired' }>, effectiveAt: Date): Prisma.Sql {
  switch (of.kind) {
    case 'sid': {
      const id = Prisma.sql`"id" = ${of.sid}::uuid`;
      if (of.onlyIf === undefined) return id;
      return Prisma.sql`${id} AND "leaseId" = ${of.onlyIf.leaseId}::uuid AND "tokenGeneration" = ${of.onlyIf.tokenGeneration}`;
    }
    case 'held':
      return Prisma.sql`"id" = ${of.sid}::uuid AND "heldAt" IS NOT NULL AND "tokenGeneration" = ${of.tokenGeneration}`;
    case 'idp_session': {
      const latest = new Date(effectiveAt.getTime() + SKEW_MS);
      const atClient = Prisma.sql`"iss" = ${of.iss} AND "clientId" = ${of.clientId} AND "idTokenIssuedAt" <= ${latest}`;
      if (of.sub === undefined) return Prisma.sql`${atClient} AND "idpSid" = ${of.idpSid}`;
      // a session whose ID token told no sid may be the one that is meant: the person is, so it ends
      return Prisma.sql`${atClient} AND "sub" = ${of.sub} AND ("idpSid" = ${of.idpSid} OR ("idpSid" IS NULL AND "idTokenIssuedAt" <= ${effectiveAt}))`;
    }
    case 'subject':
      return Prisma.sql`"iss" = ${of.iss} AND "clientId" = ${of.clientId} AND "sub" = ${of.sub} AND "idTokenIssuedAt" <= ${effectiveAt}`;
    case 'person': // our own word, by our own clock: whatever is there ends
      return Prisma.sql`"iss" = ${of.iss} AND "sub" = ${of.sub}`;
  }
}
