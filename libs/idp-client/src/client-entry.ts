import { secretPlace } from '#config';
import { z } from 'zod';

/** A client of an IdP, and how it authenticates. */
export const Client = z.strictObject({
  id: z.string().min(1).describe('client id'),
  auth: z
    .enum(['client_secret_basic', 'client_secret_basic_raw', 'client_secret_post', 'private_key_jwt'])
    .default('client_secret_basic')
    .describe(
      'how the client authenticates; client_secret_basic_raw sends id and secret as they are, for IdPs that do not percent-decode them',
    ),
  secret: secretPlace.optional().describe('its secret'),
  key: secretPlace.optional().describe('private JWK with kid and alg, for private_key_jwt'),
});
export type ClientEntry = z.output<typeof Client>;
