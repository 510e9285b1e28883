import { Prisma } from '../generated/client.js';

/**
 * Says why the database did not write a row: `taken`, another has the unique value; `unknown`, there is no such row.
 *
 * @throws the error itself when it says anything else
 */
export function refusedWrite(error: unknown): { readonly kind: 'taken' | 'unknown' } {
  const code = error instanceof Prisma.PrismaClientKnownRequestError ? error.code : undefined;
  if (code === 'P2002') return { kind: 'taken' };
  if (code === 'P2025') return { kind: 'unknown' };
  throw error;
}
