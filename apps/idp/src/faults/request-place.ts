import { ROUTES } from '../authorize/provider-configuration.js';
import type { Place } from './fault-order.js';

const PLACES: Readonly<Record<string, Place>> = {
  [ROUTES.authorization]: 'authorization',
  [ROUTES.token]: 'token',
  [ROUTES.introspection]: 'introspection',
  [ROUTES.revocation]: 'revocation',
  [ROUTES.userinfo]: 'userinfo',
  [ROUTES.jwks]: 'jwks',
};

/** Says which place a request of the protocol is for; undefined for those that no fault can be ordered on. */
export function placeOf(path: string): Place | undefined {
  if (path.startsWith('/.well-known/')) return 'discovery';
  // also the way back from a page, /authorize/<uid>
  return path.startsWith(`${ROUTES.authorization}/`) ? 'authorization' : PLACES[path];
}
