import { list, port, positiveSeconds, switchKey } from '#config';
import { processKeys } from '#http';
import { tokenKeysValue } from '#store';
import { z } from 'zod';
import { addressOrNetwork, Apis, Clients, issuerIdentifier, People, PrivateKeys } from './config-values.js';
import { jsonValue } from './json-value.js';
import { isLoopback } from './loopback.js';

const DAY_S = 86_400;

const Keys = z.object({
  IDP_ISSUER: issuerIdentifier.describe(
    'the issuer identifier and public origin, such as https://idp.example.com; clients see it exactly as it stands here',
  ),
  ...processKeys,
  IDP_OPERATOR_HOST: z.string().default('127.0.0.1').describe('address that the operator API listens on'),
  IDP_OPERATOR_PORT: port.describe('TCP port of the operator API'),
  IDP_OPERATOR_TOKEN: z.string().min(16).describe('bearer token of the operator API, at least 16 characters'),
  IDP_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' })
    .describe("Postgres of the IdP's own, postgresql://user:password@host:port/name"),
  IDP_SECRET_KEYS: tokenKeysValue.describe(
    'keys that encrypt signing keys and authenticator secrets at rest: kid:base64 of 32 bytes; the first encrypts, all decrypt',
  ),
  IDP_JWKS: jsonValue(PrivateKeys)
    .optional()
    .describe(
      "JSON Web Key Set of private signing keys, each with a kid, taken over into the database; without it one is made at the first start. Rotation is the operator API's",
    ),
  IDP_COOKIE_KEYS: list(z.string().min(16)).describe(
    'comma separated secrets of at least 16 characters that sign cookies; the first one signs, the others still verify',
  ),
  IDP_CLIENTS: jsonValue(Clients).describe('JSON array of client metadata (OpenID Connect Registration names)'),
  IDP_PEOPLE: jsonValue(People)
    .optional()
    .transform((people) => people ?? [])
    .describe('JSON array of {sub, login, name, email, password}; written to the database at start'),
  IDP_PRIVATE_HOSTS_ALLOWED: list(z.string().toLowerCase())
    .optional()
    .transform((hosts) => hosts ?? [])
    .describe(
      'comma separated host names on loopback or a private network that back-channel logout may call; all others there are refused',
    ),
  IDP_APIS: jsonValue(Apis)
    .optional()
    .transform((apis) => apis ?? [])
    .describe(
      'JSON array of {identifier, name, scopes, access_token_ttl_s}: APIs that clients ask access tokens for, by audience or resource',
    ),
  IDP_TRUSTED_PROXIES: list(addressOrNetwork)
    .optional()
    .transform((proxies) => proxies ?? [])
    .describe(
      'comma separated addresses or networks (CIDR) whose X-Forwarded-For is believed when sign-in is limited per address',
    ),
  IDP_CROSS_SITE_FRAMES: switchKey
    .default(false)
    .describe(
      'gives the session cookie SameSite=None; Secure, so that frames on other sites can sign in silently where the browser allows third-party cookies',
    ),
  SESSION_IDLE_S: positiveSeconds
    .pipe(z.number().int())
    .default(30 * DAY_S)
    .describe('seconds that a session lives after its last use at the authorization endpoint'),
  SESSION_ABSOLUTE_S: positiveSeconds
    .pipe(z.number().int())
    .default(30 * DAY_S)
    .describe('seconds after which a person must sign in again, however busy the session is'),
  REFRESH_REUSE_GRACE_S: z.coerce
    .number()
    .min(0)
    .max(120)
    .default(10)
    .describe('seconds in which a rotated refresh token may be used again because the answer was lost; 0 = never'),
  BACKCHANNEL_GIVE_UP_S: positiveSeconds
    .default(3 * DAY_S)
    .describe("seconds after which a client that could not be told of a session's end is given up"),
  KEY_PUBLISHED_AHEAD_S: z.coerce
    .number()
    .min(0)
    .default(900)
    .describe('seconds that a new signing key is published before it signs; longer than clients keep the key set'),
  UNSAFE_FAULTS: switchKey
    .default(false)
    .describe('for tests only: lets the operator API order faults such as lost, late or mis-signed answers'),
  UNSAFE_PLAIN_HTTP: switchKey
    .default(false)
    .describe(
      'allows a plain http issuer that is not on loopback; passwords and cookies then cross the network in clear',
    ),
});

/** The two keys that the rule below needs, once they are read. */
const IssuerKeys = z.looseObject({ IDP_ISSUER: issuerIdentifier, UNSAFE_PLAIN_HTTP: z.boolean() });

/** The configuration of the IdP. */
export const IdpConfig = Keys.refine(
  ({ IDP_ISSUER, UNSAFE_PLAIN_HTTP }) =>
    IDP_ISSUER.startsWith('https:') || UNSAFE_PLAIN_HTTP || isLoopback(new URL(IDP_ISSUER).hostname),
  {
    path: ['IDP_ISSUER'],
    error: 'is plain http and not on loopback: use https, or set UNSAFE_PLAIN_HTTP=1 and know what that means',
    when: ({ value }) => IssuerKeys.safeParse(value).success, // so that it is said together with all other faults
  },
);

/** The configuration, read. */
export type IdpConfig = z.infer<typeof IdpConfig>;
/** One person of it. */
export type PersonConfig = IdpConfig['IDP_PEOPLE'][number];
/** One API of it. */
export type ApiConfig = IdpConfig['IDP_APIS'][number];
