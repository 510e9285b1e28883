import { positiveSeconds } from '#config';
import { processKeys } from '#http';
import { natsUrl } from '#bus';
import { tokenKeysValue } from '#store';
import { z } from 'zod';
import { LONGEST_POLL_MS } from './poll/longest-poll.js';

/** Configuration of the session-poller. */
export const PollerConfig = z.object({
  ...processKeys,
  HUB_DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).describe("the hub's Postgres database"),
  NATS_URL: natsUrl.describe('NATS with JetStream: nats://user:password@host:4222, several separated by commas'),
  STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).default(1).describe('replicas of the stream of endings'),
  IDPS: z
    .string()
    .describe(
      "the IdPs to ask, in YAML; IDPS_FILE names the file, which may be the gateway's: `idps` is read, the rest is not. docs/front-ends.md has every key",
    ),
  LEASE_S: positiveSeconds
    .min(LONGEST_POLL_MS / 1000)
    .default(LONGEST_POLL_MS / 1000)
    .describe(
      'a poller holds the sessions that it asks about for so many seconds; if it dies, another takes over then. At least 40: a poll may take so long',
    ),
  TOKEN_KEYS: tokenKeysValue.describe(
    'keys that decrypt tokens: kid:base64 of 32 bytes, several separated by commas; the same as the gateway has',
  ),
  TENANT: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('default')
    .describe('tenant in the subjects of events'),
});
export type PollerConfig = z.infer<typeof PollerConfig>;
