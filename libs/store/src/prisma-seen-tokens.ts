import { SeenTokens } from '#session';
import type { HubDatabase } from './hub-database.js';

/** {@link SeenTokens} in the hub's Postgres. They are written by the ending itself. */
export class PrismaSeenTokens extends SeenTokens {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async hashOf(iss: string, jti: string): Promise<string | undefined> {
    const row = await this.database.seenToken.findUnique({ where: { iss_jti: { iss, jti } } });
    return row?.tokenHash;
  }
}
