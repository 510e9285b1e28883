import { httpOrigin, keyValueList, list, positiveSeconds, switchKey } from '#config';
import { processKeys } from '#http';
import { clientKeys } from '#idp-client';
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

const privateJwk = json.pipe(
  z.looseObject(
    { kty: z.literal('EC'), crv: z.literal('P-256'), d: z.string(), kid: z.string().min(1) },
    { error: 'must be a private P-256 JWK with a kid' },
  ),
);

const DAY_S = 24 * 60 * 60;

/** Configuration of the gateway. */
export const GatewayConfig = z.object({
  ...processKeys,
  HUB_DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).describe("the hub's Postgres database"),
  FRONT_ENDS: list(httpOrigin).describe(
    'origins that the gateway serves, separated by commas: https://app.example.com,https://shop.example.com',
  ),
  ...clientKeys,
  SCOPES: z
    .string()
    .regex(/(?:^| )openid(?: |$)/, 'must hold openid')
    .default('openid profile email')
    .describe('scopes to ask for, separated by spaces'),
  ID_TOKEN_ALG: z
    .enum(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .default('RS256')
    .describe('the one algorithm that ID tokens and logout tokens are signed with'),
  UPSTREAMS: keyValueList(httpOrigin).describe(
    'services behind /bff/api/<name>/: notes=http://notes:3000,billing=http://billing:3000',
  ),
  GATEWAY_URL: httpOrigin.describe('name of this gateway in its assertions (`iss`); the services know it'),
  ASSERTION_KEY: privateJwk.describe('private JWK (EC P-256, with kid) that signs the assertions'),
  TOKEN_KEYS: tokenKeysValue.describe(
    'keys that encrypt tokens at rest: kid:base64 of 32 bytes; the first encrypts, all decrypt',
  ),
  TENANT: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('default')
    .describe('tenant in the subjects of events'),
  SESSION_TTL_S: positiveSeconds
    .max(30 * DAY_S)
    .default(14 * DAY_S)
    .describe('longest life of a session, in seconds; at most 30 days'),
  SESSION_IDLE_S: positiveSeconds
    .default(DAY_S)
    .describe('a browser session that nobody uses ends after so many seconds'),
  COOKIE_SECURE: switchKey
    .default(true)
    .describe('cookies are Secure and named __Host-; 0 only for plain http on loopback'),
  FIRST_PROBE_WITHIN_S: positiveSeconds
    .max(60)
    .default(60)
    .describe('the poller first asks about a new session within so many seconds'),
  STATIC_DIR: z.string().optional().describe("folder with the front ends' pages"),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
