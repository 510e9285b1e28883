import { positiveSeconds } from '#config';
import { processKeys } from '#http';
import { natsAccessOf, natsKeys, type NatsServers, refuseContradictions } from '#bus';
import { tokenKeysValue } from '#store';
import { z } from 'zod';
import { LONGEST_POLL_MS } from './poll/longest-poll.js';

/** Configuration of the session-poller. */
export const PollerConfig = z
  .object({
    ...processKeys,
    HUB_DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).describe("the hub's Postgres database"),
    ...natsKeys,
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
  })
  .superRefine(refuseContradictions);
export type PollerConfig = z.infer<typeof PollerConfig>;

/** How all parts of a session-poller reach NATS: as one user, with one inbox. */
export function natsOf(config: Pick<PollerConfig, keyof typeof natsKeys>): NatsServers {
  return { ...natsAccessOf(config), inboxPrefix: config.NATS_INBOX_PREFIX ?? '_INBOX_session-poller' };
}
