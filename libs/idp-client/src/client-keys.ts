import { httpOrigin, switchKey } from '#config';
import { z } from 'zod';
import type { IdpClientOptions } from './idp-client.js';

/** The configuration keys that name an IdP and our client there: as the poller has them. */
export const clientKeys = {
  ISSUER: z
    .url({ protocol: /^https?$/ })
    .describe('issuer identifier of the IdP, exactly as its discovery document writes it'),
  ISSUER_INTERNAL_ORIGIN: httpOrigin
    .optional()
    .describe(
      "origin for server-to-server requests in place of the issuer's, such as http://idp:3000 inside a cluster",
    ),
  UNSAFE_PLAIN_HTTP_IDP: switchKey
    .default(false)
    .describe('permits plain http to an IdP on another machine; for closed test networks only'),
  CLIENT_ID: z.string().min(1).describe('client id at the IdP'),
  CLIENT_SECRET: z.string().min(1).describe('its secret'),
  CLIENT_AUTH_METHOD: z
    .enum(['client_secret_basic', 'client_secret_basic_raw', 'client_secret_post'])
    .default('client_secret_basic')
    .describe('how the client authenticates: client_secret_basic, client_secret_basic_raw or client_secret_post'),
};

/** Gives what the keys say as options of an `IdpClient`. */
export function clientOptionsOf(config: z.infer<z.ZodObject<typeof clientKeys>>): IdpClientOptions {
  return {
    issuer: config.ISSUER,
    internalOrigin: config.ISSUER_INTERNAL_ORIGIN,
    unsafePlainHttp: config.UNSAFE_PLAIN_HTTP_IDP,
    clientId: config.CLIENT_ID,
    authentication: { method: config.CLIENT_AUTH_METHOD, secret: config.CLIENT_SECRET },
  };
}
