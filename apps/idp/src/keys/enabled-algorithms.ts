import type { Configuration } from 'oidc-provider';
import { KEY_ALGORITHMS } from './signing-key.js';

/** What clients may sign with. */
const OF_CLIENTS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;

/**
 * The signatures that there are. None is symmetric: of a client's secret the database may hold nothing but a hash, which
 * would then be the key.
 */
export const ENABLED_ALGORITHMS: NonNullable<Configuration['enabledJWA']> = {
  idTokenSigningAlgValues: KEY_ALGORITHMS,
  userinfoSigningAlgValues: KEY_ALGORITHMS,
  introspectionSigningAlgValues: KEY_ALGORITHMS,
  authorizationSigningAlgValues: KEY_ALGORITHMS,
  clientAuthSigningAlgValues: OF_CLIENTS,
  requestObjectSigningAlgValues: OF_CLIENTS,
};
