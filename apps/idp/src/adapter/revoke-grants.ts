import type { Prisma } from '../generated/client.js';
import { storageKey } from './stored-payload.js';

/** Rows that die with their grant. */
const TOKENS = ['AccessToken', 'RefreshToken', 'AuthorizationCode'];

/** Removes grants and everything that was issued under them. */
export async function revokeGrants(
  tx: Pick<Prisma.TransactionClient, 'artifact'>,
  grants: readonly string[],
): Promise<void> {
  if (grants.length === 0) return;
  await tx.artifact.deleteMany({ where: { model: { in: TOKENS }, grantId: { in: [...grants] } } });
  await tx.artifact.deleteMany({ where: { model: 'Grant', id: { in: grants.map(storageKey) } } });
}

/** Which grants of a person go. */
export interface GrantsOf {
  readonly sub: string;
  /** only those of this client */
  readonly clientId?: string;
  /** all but these */
  readonly except?: readonly string[];
}

/**
 * Removes grants of a person, whatever session they come from, and everything that was issued under them: also those for
 * offline use that have outlived their session. Gives how many grants there were.
 */
export async function revokeGrantsOf(tx: Prisma.TransactionClient, { sub, clientId, except = [] }: GrantsOf) {
  const ofClient = clientId === undefined ? {} : { payload: { path: ['clientId'], equals: clientId } };
  const of = { accountId: sub, ...ofClient };
  // Tokens first: one of a grant that is gone counts no more, but one that is left would stay in the table.
  await tx.artifact.deleteMany({
    where: { ...of, model: { in: TOKENS }, OR: [{ grantId: null }, { grantId: { notIn: [...except] } }] },
  });
  const { count } = await tx.artifact.deleteMany({
    where: { ...of, model: 'Grant', id: { notIn: except.map(storageKey) } },
  });
  return count;
}
