import { httpOrigin, list, port, positiveSeconds } from '#config';
import { processKeys } from '#http';
import { tokenKeysValue } from '#store';
import { z } from 'zod';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

const privateJwk = z.looseObject(
  {
    kty: z.enum(['EC', 'OKP']),
    crv: z.enum(['P-256', 'Ed25519']),
    d: z.string(),
    kid: z.string().min(1),
  },
  { error: 'must be a private JWK with a kid: EC P-256 or OKP Ed25519' },
);
/** One key, or a key set. */
const assertionKeys = json.pipe(
  z.union([z.object({ keys: z.array(privateJwk).min(1) }), privateJwk.transform((key) => ({ keys: [key] }))], {
    error: 'must be a private JWK (EC P-256 or OKP Ed25519, with kid), or {"keys":[…]} of such',
  }),
);

/** Configuration of the gateway. */
export const GatewayConfig = z.object({
  ...processKeys,
  HUB_DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).describe("the hub's Postgres database"),
  FRONT_ENDS: z
    .string()
    .describe(
      'the front ends, services and IdPs, in YAML; FRONT_ENDS_FILE names the file: docs/front-ends.md has every key of it',
    ),
  GATEWAY_URL: httpOrigin.describe('name of this gateway in its assertions (`iss`); the services know it'),
  ASSERTION_KEYS: assertionKeys.describe(
    'private JWK that signs the assertions (EC P-256 or OKP Ed25519, with kid), or {"keys":[…]}: the first signs, all are published',
  ),
  TOKEN_KEYS: tokenKeysValue.describe(
    'keys that encrypt tokens at rest: kid:base64 of 32 bytes; the first encrypts, all decrypt',
  ),
  TENANT: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('default')
    .describe('tenant in the subjects of events'),
  FIRST_PROBE_WITHIN_S: positiveSeconds
    .max(60)
    .default(60)
    .describe('the poller first asks about a new session within so many seconds'),
  SIGN_INS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(600)
    .describe('sign-ins, silent ones too, that one address may begin in a minute, on each replica'),
  REFUSED_TOKENS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(300)
    .describe(
      'an address that sends more refused logout or event tokens in a minute is answered 429 for each further one; good tokens are always taken',
    ),
  SESSION_MEMORY: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(50_000)
    .describe('browser sessions that this process remembers for at most 5 s; 0 asks the database each time'),
  METRICS_PORT: port
    .optional()
    .describe('port that answers GET /metrics, and nothing else; without it nobody is told any figures'),
  METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address that METRICS_PORT listens on; no browser should get there'),
  TRUSTED_PROXIES: list(z.string())
    .optional()
    .describe(
      'addresses or networks of proxies in front, separated by commas: 10.0.0.0/8; only their X-Forwarded-For says who calls',
    ),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
