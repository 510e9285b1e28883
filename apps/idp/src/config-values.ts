import { isIP } from 'node:net';
import { httpOrigin } from '#config';
import { z } from 'zod';
import { ACCOUNT_CLIENT_ID } from './account-page/account-client-id.js';
import { isJavaScripts, isUniqueBy } from './json-value.js';

/** Accepts an issuer: an http(s) origin, with one slash at its end or none. Some browser clients want the slash. */
export const issuerIdentifier = z.string().refine((text) => httpOrigin.safeParse(text.replace(/\/$/, '')).success, {
  error: 'must be an http(s) origin such as https://idp.example.com, with no path; one slash at the end is allowed',
});

/** Accepts an IP address, or a network of them in CIDR. */
export const addressOrNetwork = z.string().refine(
  (text) => {
    const [address = '', bits, ...rest] = text.split('/');
    const most = isIP(address) === 4 ? 32 : 128;
    const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
    return isIP(address) !== 0 && isPrefix && rest.length === 0;
  },
  { error: 'must be an IP address, or a network such as 10.0.0.0/8' },
);

/** One person who can sign in, as configured. */
export const Person = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
  login: z.string().trim().toLowerCase().min(1).max(200),
  name: z.string().min(1),
  email: z.email(),
  password: z.string().min(1).max(1024),
  /** base32 secret of an authenticator app that is set up already (RFC 6238) */
  totp_secret: z
    .string()
    .regex(/^[A-Z2-7]{26,}$/, 'must be base32 of at least 16 bytes')
    .optional(),
  mfa_required: z.boolean().default(false),
});

/** Everybody who is configured. */
export const People = z
  .array(Person)
  .refine((people) => isUniqueBy(people, ({ sub }) => sub), 'a sub stands twice')
  .refine((people) => isUniqueBy(people, ({ login }) => login), 'a login stands twice');

/** The rest of a client's metadata is judged by the protocol engine, at start. */
const Client = z.looseObject({
  client_id: z
    .string()
    .min(1)
    .refine((id) => id !== ACCOUNT_CLIENT_ID, 'is that of the account page')
    .refine((id) => !isJavaScripts(id), 'is a name that JavaScript uses'),
  redirect_uris: z.array(z.url()).optional(),
  post_logout_redirect_uris: z.array(z.url()).optional(),
});

/** Every client that is configured. */
export const Clients = z
  .array(Client)
  .refine((clients) => isUniqueBy(clients, ({ client_id }) => client_id), 'a client_id stands twice');

/** Keys that sign. */
export const PrivateKeys = z.object({
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

/** An API whose access tokens clients may ask for with `audience` or `resource`. */
const Api = z.object({
  identifier: z.url(),
  name: z.string().min(1),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope (RFC 6749 §3.3)')).default([]),
  /** seconds that an access token for it lives */
  access_token_ttl_s: z.int().positive().default(300),
});

/** Every API that is configured. */
export const Apis = z
  .array(Api)
  .refine((apis) => isUniqueBy(apis, ({ identifier }) => identifier), 'an identifier stands twice');
