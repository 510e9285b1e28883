import { httpOrigin } from '#config';
import { type Client, errors } from 'oidc-provider';
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
} as const;

const AllSettings = z.object(Settings);

/** The settings of one client, with defaults. */
export type ClientSettings = z.output<typeof AllSettings>;

/** Names of the settings, for the engine. */
export const SETTING_NAMES = Object.keys(Settings);

/**
 * Judges one setting of a client that is being registered or loaded.
 *
 * @throws errors.InvalidClientMetadata that names the setting
 */
export function judgeSetting(name: string, value: unknown): void {
  const schema = Settings[name as keyof typeof Settings];
  const fault = schema.safeParse(value).error?.issues[0];
  if (fault === undefined) return;
  const place = [name, ...fault.path].map(String).join('.');
  throw new errors.InvalidClientMetadata(`${place}: ${fault.message}`);
}

/** Gives the settings of a client that the engine has accepted. */
export function settingsOf(client: Client): ClientSettings {
  return AllSettings.parse({ ...client });
}

/** Gives metadata as the engine takes it: web messages are allowed to whoever names an origin for them. */
export function engineMetadata<T extends Readonly<Record<string, unknown>>>(metadata: T): T {
  if (metadata.response_modes !== undefined) return metadata;
  const origins = metadata.allowed_web_origins;
  const webMessage = Array.isArray(origins) && origins.length > 0 ? ['web_message'] : [];
  return { ...metadata, response_modes: ['query', 'fragment', 'form_post', ...webMessage] };
}
