import type { NatsAccess } from '#bus';
import type { Clock } from '#session';
import type { CredentialFactory, SessionCredential } from './session-credential.js';
import type { SyncSettingsInput } from './sync-settings.js';
import type { SessionStore } from './sync-store.js';

/** DI token of the options as they were given. */
export const SESSION_SYNC_OPTIONS = 'session-sync:options';

/** A setting that is undefined counts as left out. */
type Settings = { readonly [Key in keyof SyncSettingsInput]: SyncSettingsInput[Key] | undefined } & {
  readonly service: string;
  readonly gateway: string;
  readonly trustedIssuer: string | readonly string[];
};

/** What a service says about itself to take part. */
export interface SessionSyncOptions extends Omit<Settings, 'trustedIssuer'> {
  /** the IdP whose people come in, or several */
  readonly trustedIssuer: string | readonly string[];
  /** how to reach NATS: `nats://user:password@host:4222`, or more */
  readonly nats: NatsAccess;
  /** where app sessions are kept; default: the `AppSessions` of a global module, such as `AppStoreModule` */
  readonly store?: SessionStore | undefined;
  /** whose session a request comes with; default: {@link assertionCredential} */
  readonly credential?: CredentialFactory | SessionCredential | undefined;
  /** default: the time of this machine */
  readonly clock?: Clock | undefined;
}
