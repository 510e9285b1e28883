import { z } from 'zod';
import { ACCOUNT_CLIENT_ID } from '../account-page/account-client-id.js';
import { isJavaScripts } from '../json-value.js';
import { SETTING_NAMES, settingFault } from './client-settings.js';

const uri = z.url('must be a URL');
/** Redirects go to exactly this address: what others read as a pattern, or as credentials, is a mistake here. */
const address = uri
  .refine((text) => !text.includes('*'), 'must be exact: there are no wildcards')
  .refine((text) => !URL.canParse(text) || new URL(text).username === '', 'must hold no user name');
const addresses = z.array(address).max(100);
const words = z.array(z.string().min(1).max(100)).max(50);

/** Names of OpenID Connect Registration §2 that can be asked for here. What they mean together the engine judges. */
const Registered = {
  application_type: z.enum(['web', 'native']),
  client_name: z.string().min(1).max(200),
  client_uri: uri,
  contacts: z.array(z.email()).max(20),
  default_acr_values: words,
  default_max_age: z.int().min(0),
  grant_types: words,
  id_token_signed_response_alg: z.string().min(1).max(20),
  initiate_login_uri: uri,
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(20) }),
  jwks_uri: uri,
  logo_uri: uri,
  policy_uri: uri,
  post_logout_redirect_uris: addresses,
  redirect_uris: addresses,
  require_auth_time: z.boolean(),
  response_modes: words,
  response_types: words,
  scope: z.string().min(1).max(1000),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
  token_endpoint_auth_signing_alg: z.string().min(1).max(20),
  tos_uri: uri,
  backchannel_logout_session_required: z.boolean(),
  backchannel_logout_uri: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }),
} as const;

const settings: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, setting(name)]),
);

/** Everything that an operator can say of a client, save its id. The secret is made here, so it can't be said. */
export const CLIENT_MEMBERS: Readonly<Record<string, z.ZodType>> = { ...Registered, ...settings };

/** A client that is to be registered. */
export const NewClient = z.strictObject({
  client_id: z
    .string()
    .regex(/^[\w.~-]{1,100}$/, 'must be 1 to 100 letters, digits or any of _ . ~ -')
    .refine((id) => id !== ACCOUNT_CLIENT_ID && !isJavaScripts(id), 'is reserved')
    .optional(),
  ...optional((schema) => schema.optional()),
});

/** What is to change about a client (RFC 7396): `null` takes a member away. */
export const ClientChanges = z.strictObject(optional((schema) => schema.nullable().optional()));

function optional(by: (schema: z.ZodType) => z.ZodType): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(CLIENT_MEMBERS).map(([name, schema]) => [name, by(schema)]));
}

function setting(name: string): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    const fault = value === undefined ? undefined : settingFault(name, value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.replace(`${name}: `, '') });
  });
}
