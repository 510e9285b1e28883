import type { ProbeCount } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** Adds counts to those of their minutes, in an order of its own so that two pollers never wait for each other in a circle. */
export function addProbeCounts(counts: readonly ProbeCount[]): Prisma.Sql {
  const key = ({ iss, method, minute }: ProbeCount) => `${iss} ${method} ${minute.toISOString()}`;
  const rows = [...counts]
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map(
      ({ iss, method, minute, active, ended, unknown }) =>
        Prisma.sql`(${iss}, ${method}, ${minute}, ${active}, ${ended}, ${unknown})`,
    );
  return Prisma.sql`
    INSERT INTO "ProbeCount" AS known ("iss", "method", "minute", "active", "ended", "unknown") VALUES ${Prisma.join(rows)}
    ON CONFLICT ("iss", "method", "minute") DO UPDATE SET "active" = known."active" + excluded."active",
      "ended" = known."ended" + excluded."ended", "unknown" = known."unknown" + excluded."unknown"`;
}
