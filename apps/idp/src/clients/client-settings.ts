import { httpOrigin } from '#config';
import { type Client, type ClientMetadata, errors } from 'oidc-provider';
import { z } from 'zod';

/**
 * What we add to the metadata of a client (Dynamic Client Registration §2 lets a provider do so). Snake case, as all
 * metadata is.
 */
const Settings = {
  /** the operator's own app: nobody is asked for consent */
  first_party: z.boolean().default(false),
  /** origins whose pages may get web messages and read answers (CORS) */
  allowed_web_origins: z.array(httpOrigin).default([]),
  /** refuses an `id_token_hint` without `prompt=none` */
  strict_hint: z.boolean().default(false),
  /** false: refresh tokens of this confidential client stay as they are. Public clients always rotate (RFC 9700 §4.14.2) */
  refresh_token_rotation: z.boolean().default(true),
  /** false: this confidential client may ask for a code without PKCE, as older ones do (RFC 9700 §2.1.1 only recommends it) */
  require_pkce: z.boolean().default(true),
  /** `all`: a resource server, which may ask about the tokens of every client (RFC 7662 §4); it must prove itself */
  introspection: z.enum(['own', 'all']).default('own'),
} as const;

const AllSettings = z.object(Settings);

/** The settings of one client, with defaults. */
export type ClientSettings = z.output<typeof AllSettings>;

/** Names of the settings, for the engine. */
export const SETTING_NAMES = Object.keys(Settings);

/** Says what is wrong with the value of a setting; undefined when nothing is. */
export function settingFault(name: string, value: unknown): string | undefined {
  const schema = Settings[name as keyof typeof Settings];
  const fault = schema.safeParse(value).error?.issues[0];
  return fault && `${[name, ...fault.path].map(String).join('.')}: ${fault.message}`;
}

/**
 * Judges one setting of a client that is being registered or loaded.
 *
 * @throws errors.InvalidClientMetadata that names the setting
 */
export function judgeSetting(
  name: string,
  value: unknown,
  { token_endpoint_auth_method: method }: Pick<ClientMetadata, 'token_endpoint_auth_method'> = {},
): void {
  const fault = settingFault(name, value);
  if (fault !== undefined) throw new errors.InvalidClientMetadata(fault);
  if (name === 'introspection' && value === 'all' && method === 'none')
    throw new errors.InvalidClientMetadata('introspection: all is not for a client without a secret or a key');
}

/** Gives the settings of a client that the engine has accepted. */
export function settingsOf(client: Client): ClientSettings {
  return AllSettings.parse(client);
}

/** Says whether a client must send a PKCE challenge. Public clients always must: they have nothing else to prove themselves. */
export function requiresPkce(client: Client): boolean {
  return client.clientAuthMethod === 'none' || settingsOf(client).require_pkce;
}

/** Says whether a client may ask about a token of the client `ofClientId`. */
export function mayIntrospect(client: Client, ofClientId: string | undefined): boolean {
  return ofClientId === client.clientId || settingsOf(client).introspection === 'all';
}

/** Gives metadata as the engine takes it: web messages are allowed to whoever names an origin for them. */
export function engineMetadata<T extends Readonly<Record<string, unknown>>>(metadata: T): T {
  if (metadata.response_modes !== undefined) return metadata;
  const origins = metadata.allowed_web_origins;
  const webMessage = Array.isArray(origins) && origins.length > 0 ? ['web_message'] : [];
  return { ...metadata, response_modes: ['query', 'fragment', 'form_post', ...webMessage] };
}
