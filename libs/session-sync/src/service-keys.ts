import { httpOrigin } from '#config';
import { natsAccessOf, natsKeys } from '#bus';
import { z } from 'zod';
import type { SessionSyncOptions } from './sync-options.js';

/** The configuration keys of a service that takes part. */
export const serviceKeys = {
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).describe("the service's own Postgres database"),
  ...natsKeys,
  GATEWAY_URL: httpOrigin.describe('the gateway whose assertions this service believes: their `iss`'),
  GATEWAY_JWKS_URL: z
    .url()
    .optional()
    .describe("where the gateway's keys are, if not at GATEWAY_URL/.well-known/jwks.json"),
  TRUSTED_ISSUER: z.url().describe('issuer identifier of the IdP whose people come in'),
  STREAM_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('replicas of the stream of endings, should this service be the first to make it'),
};

/** Gives what the keys say as options of `SessionSyncModule.forRoot`. */
export function optionsFromKeys(
  config: z.infer<z.ZodObject<typeof serviceKeys>>,
): Omit<SessionSyncOptions, 'service' | 'clock'> {
  return {
    gateway: config.GATEWAY_URL,
    gatewayJwksUrl: config.GATEWAY_JWKS_URL,
    trustedIssuer: config.TRUSTED_ISSUER,
    nats: natsAccessOf(config),
    streamReplicas: config.STREAM_REPLICAS,
  };
}
