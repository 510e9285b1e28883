import { isIPv4 } from 'node:net';
import { httpOrigin, list, port, positiveSeconds, switchKey } from '#config';
import { processKeys } from '#http';
import { z } from 'zod';
import { isUniqueBy, jsonValue } from './json-value.js';

const DAY_S = 86_400;

/** One person who can sign in, as configured. */
const Person = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
  login: z.string().trim().toLowerCase().min(1).max(200),
  name: z.string().min(1),
  email: z.email(),
  password: z.string().min(1).max(1024),
});

const People = z
  .array(Person)
  .refine((people) => isUniqueBy(people, ({ sub }) => sub), 'a sub stands twice')
  .refine((people) => isUniqueBy(people, ({ login }) => login), 'a login stands twice');

/** The rest of a client's metadata is judged by the protocol engine, at start. */
const Client = z.looseObject({
  client_id: z.string().min(1),
  redirect_uris: z.array(z.url()).optional(),
  post_logout_redirect_uris: z.array(z.url()).optional(),
});

const Clients = z
  .array(Client)
  .min(1, 'names no client')
  .refine((clients) => isUniqueBy(clients, ({ client_id }) => client_id), 'a client_id stands twice');

const PrivateKeys = z.object({
  keys: z
    .array(
      z.looseObject({
        kty: z.enum(['RSA', 'EC', 'OKP']),
        kid: z.string().min(1),
        d: z.string({ error: 'is missing: the key must be private' }),
      }),
    )
    .min(1, 'holds no key'),
});

/** Says whether a plain-http origin can't leave this machine. */
function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  const loopbackAddress = hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
  return loopbackAddress || hostname === 'localhost' || hostname.endsWith('.localhost');
}

const Keys = z.object({
  IDP_ISSUER: httpOrigin.describe('the issuer identifier and public origin, such as https://idp.example.com'),
  ...processKeys,
  IDP_OPERATOR_HOST: z.string().default('127.0.0.1').describe('address that the operator API listens on'),
  IDP_OPERATOR_PORT: port.describe('TCP port of the operator API'),
  IDP_OPERATOR_TOKEN: z.string().min(16).describe('bearer token of the operator API, at least 16 characters'),
  IDP_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' })
    .describe("Postgres of the IdP's own, postgresql://user:password@host:port/name"),
  IDP_JWKS: jsonValue(PrivateKeys).describe(
    'JSON Web Key Set of private signing keys, each with a kid; the first one signs, the others only verify old hints',
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
  SESSION_TTL_S: positiveSeconds
    .pipe(z.number().int())
    .default(30 * DAY_S)
    .describe('seconds that a session lives after its last use at the authorization endpoint'),
  UNSAFE_PLAIN_HTTP: switchKey
    .default(false)
    .describe(
      'allows a plain http issuer that is not on loopback; passwords and cookies then cross the network in clear',
    ),
});

/** The two keys that the rule below needs, once they are read. */
const IssuerKeys = z.looseObject({ IDP_ISSUER: httpOrigin, UNSAFE_PLAIN_HTTP: z.boolean() });

/** The configuration of the IdP. */
export const IdpConfig = Keys.refine(
  ({ IDP_ISSUER, UNSAFE_PLAIN_HTTP }) => IDP_ISSUER.startsWith('https:') || UNSAFE_PLAIN_HTTP || isLoopback(IDP_ISSUER),
  {
    path: ['IDP_ISSUER'],
    error: 'is plain http and not on loopback: use https, or set UNSAFE_PLAIN_HTTP=1 and know what that means',
    when: ({ value }) => IssuerKeys.safeParse(value).success, // so that it is said together with all other faults
  },
);

export type IdpConfig = z.infer<typeof IdpConfig>;
export type PersonConfig = IdpConfig['IDP_PEOPLE'][number];
