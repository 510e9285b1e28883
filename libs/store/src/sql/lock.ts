import { createHash } from 'node:crypto';
import { Prisma } from '../generated/hub/client.js';

/**
 * Makes writers of the same `key` wait for one another until their transactions end: an ending and a sign-in of the same
 * IdP session must never pass by each other unseen.
 */
export function lock(key: string): Prisma.Sql {
  const number = createHash('sha256').update(key).digest().readBigInt64BE(0);
  return Prisma.sql`SELECT pg_advisory_xact_lock(${number}::bigint)::text`;
}
