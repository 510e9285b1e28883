import type { IncomingMessage } from 'node:http';

/**
 * Makes a request look as if it had come to the issuer's own address, whatever its headers say: behind a proxy, called by
 * an internal name, or by someone who wants a link to elsewhere. The engine builds every address from these headers.
 */
export function pinPublicAddress({ headers }: Pick<IncomingMessage, 'headers'>, issuer: URL): void {
  headers.host = issuer.host;
  headers['x-forwarded-host'] = issuer.host;
  headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1);
}

/**
 * Says whether the engine may see this request target. It takes an absolute one for the issuer's address, and an encoded
 * NUL can't be stored in Postgres.
 */
export function isServable(target: string): boolean {
  return target.startsWith('/') && !target.includes('%00');
}
