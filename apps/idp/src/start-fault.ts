import { z } from 'zod';

const Failure = z.object({ code: z.string(), port: z.number().optional() });

/** What the codes of Node and of Prisma mean to whoever starts the IdP. */
const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'PORT or IDP_OPERATOR_PORT names a port that is in use',
  EACCES: 'PORT or IDP_OPERATOR_PORT names a port that this user may not open',
  EADDRNOTAVAIL: 'HOST or IDP_OPERATOR_HOST is no address of this machine',
  P1000: 'IDP_DATABASE_URL: the database refuses this user or password',
  P1001: 'IDP_DATABASE_URL: nothing answers there',
  P1003: 'IDP_DATABASE_URL: there is no such database',
  P1010: 'IDP_DATABASE_URL: this user may not use the database',
  P2021:
    'the database has no tables yet: npx prisma migrate deploy --config prisma/idp/prisma.config.ts, with DATABASE_URL set to it',
  P2022:
    'the database is older than this version: npx prisma migrate deploy --config prisma/idp/prisma.config.ts, with DATABASE_URL set to it',
};

/** Says in one line what keeps the IdP from starting, and what to do about it if that is known. */
export function startFault(error: unknown): string {
  const { code, port } = Failure.safeParse(error).data ?? {};
  const advice = code === undefined ? undefined : ADVICE[code];
  if (advice === undefined) return String(error);
  return port === undefined ? `${advice} (${String(code)})` : `${advice}: ${port} (${String(code)})`;
}
