import { positiveSeconds } from '#config';
import { processKeys } from '#http';
import { clientKeys } from '#idp-client';
import { natsUrl } from '#bus';
import { issuerProfile, issuerProfileNames } from '#session';
import { tokenKeysValue } from '#store';
import { z } from 'zod';

const Interval = z.object({ ISSUER_PROFILE: z.enum(issuerProfileNames), POLL_INTERVAL_S: z.number() });

/** Configuration of the session-poller. */
export const PollerConfig = z
  .object({
    ...processKeys,
    HUB_DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).describe("the hub's Postgres database"),
    NATS_URL: natsUrl.describe('NATS with JetStream: nats://user:password@host:4222, several separated by commas'),
    STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).default(1).describe('replicas of the stream of endings'),
    ...clientKeys,
    ISSUER_PROFILE: z
      .enum(issuerProfileNames)
      .default('generic')
      .describe(`what kind of IdP it is: ${issuerProfileNames.join(', ')}; generic is never asked, only push tells`),
    POLL_INTERVAL_S: positiveSeconds.default(900).describe('seconds between two probes of one session, ± 20 %'),
    UNSAFE_POLL_INTERVAL_S: positiveSeconds
      .optional()
      .describe(
        "replaces POLL_INTERVAL_S and may go under the profile's shortest interval; for tests and demonstrations",
      ),
    LEASE_S: positiveSeconds
      .min(15)
      .default(30)
      .describe(
        'a poller holds the sessions that it asks about for so many seconds; if it dies, another takes over then',
      ),
    CONCURRENCY: z.coerce.number().int().min(1).max(256).default(16).describe('probes under way at once'),
    TOKEN_KEYS: tokenKeysValue.describe(
      'keys that decrypt tokens: kid:base64 of 32 bytes, several separated by commas; the same as the gateway has',
    ),
    TENANT: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('default')
      .describe('tenant in the subjects of events'),
  })
  .refine(
    ({ ISSUER_PROFILE, POLL_INTERVAL_S, UNSAFE_POLL_INTERVAL_S }) =>
      UNSAFE_POLL_INTERVAL_S !== undefined || POLL_INTERVAL_S >= issuerProfile(ISSUER_PROFILE).minIntervalS,
    {
      path: ['POLL_INTERVAL_S'],
      error:
        'is shorter than the issuer profile permits (60 s, generic 900 s); only UNSAFE_POLL_INTERVAL_S may go under it',
      when: ({ value }) => Interval.safeParse(value).success, // told together with the other faults
    },
  );
export type PollerConfig = z.infer<typeof PollerConfig>;
