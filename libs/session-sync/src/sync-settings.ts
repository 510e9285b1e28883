import { z } from 'zod';

/** Milliseconds; zod's numbers are finite, and "never" is a good answer here. */
const milliseconds = (defaultMs: number) =>
  z
    .custom<number>(
      (value) => typeof value === 'number' && value >= 0,
      'must be milliseconds: a number from 0, or Infinity',
    )
    .default(defaultMs);

/** What `SessionSyncModule` can be told in plain values, with defaults. */
export const SyncSettings = z.object({
  service: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .describe(
      "the service's name: `aud` of the assertions and its place in the stream of endings. The same for all its replicas, another for every service",
    ),
  gateway: z.url().describe('URL of the gateway: `iss` of the assertions that are believed'),
  gatewayJwksUrl: z.url().optional().describe("URL of the gateway's keys, if not `<gateway>/.well-known/jwks.json`"),
  trustedIssuer: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('issuer identifier of the IdP whose people come in, or a list of several'),
  streamReplicas: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('replicas of the stream of endings (1 to 5), should this service be the first to make it'),
  maxStalenessMs: milliseconds(5_000).describe(
    'milliseconds: memory answers while the feed of endings was known to be whole so long ago at most; after that the database is asked. `0`: always the database',
  ),
  failClosedAfterMs: milliseconds(900_000).describe(
    'milliseconds without a word from NATS after which everybody is refused, `endings-unknown`; `Infinity`: never',
  ),
});

/** The settings, with defaults filled in. */
export type SyncSettings = z.output<typeof SyncSettings>;

/** The settings as they are written. */
export type SyncSettingsInput = z.input<typeof SyncSettings>;

/** DI token of the settings. */
export const SYNC_SETTINGS = 'session-sync:settings';

/** Whose people may come in (SVC-11): one issuer, or several. */
interface Trust {
  readonly trustedIssuer: string | readonly string[];
}

/** Gives whether people of an issuer may come in. */
export function trustedBy(trust: Trust): (iss: string) => boolean {
  const issuers = trustedIssuers(trust);
  return (iss) => issuers.includes(iss);
}

/** The issuers whose people may come in. */
export function trustedIssuers({ trustedIssuer }: Trust): readonly string[] {
  return [trustedIssuer].flat();
}

/** Reads the settings. @throws TypeError that names each fault and what is expected */
export function syncSettings(options: unknown): SyncSettings {
  const parsed = SyncSettings.safeParse(options);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new TypeError(`SessionSyncModule: ${faults.join('; ')}`);
}
