import { httpOrigin } from '#config';
import { z } from 'zod';
import { isUniqueBy } from './json-value.js';

/** Accepts an issuer: an http(s) origin, with one slash at its end or none. Some browser clients want the slash. */
export const issuerIdentifier = z.string().refine((text) => httpOrigin.safeParse(text.replace(/\/$/, '')).success, {
  error: 'must be an http(s) origin such as https://idp.example.com, with no path; one slash at the end is allowed',
});

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
  client_id: z.string().min(1),
  redirect_uris: z.array(z.url()).optional(),
  post_logout_redirect_uris: z.array(z.url()).optional(),
});

/** Every client that is configured. */
export const Clients = z
  .array(Client)
  .min(1, 'names no client')
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
