import type { RememberedConsent } from '../consent/consents.service.js';
import type { ScopeWords } from '../consent/scope-words.js';
import type { ClientNames } from './client-names.service.js';

/** What one app may do, as the person sees it. */
export interface AppAccess {
  readonly clientId: string;
  readonly name: string;
  /** one line for each thing, the end of "It may …"; none when the person was never asked */
  readonly lines: readonly string[];
  /** when the person last said yes */
  readonly since: Date | undefined;
  /** whether it holds a token that works without any session */
  readonly isOffline: boolean;
}

/** What one app was given. */
export interface GivenAccess {
  readonly clientId: string;
  /** undefined when the person was never asked */
  readonly consent: RememberedConsent | undefined;
  readonly isOffline: boolean;
}

/** Says in people's words which app it is and what it may do. */
export class AppWords {
  constructor(
    private readonly names: ClientNames,
    private readonly scopes: ScopeWords,
  ) {}

  /** Describes apps, in the order given. */
  async describe(apps: readonly GivenAccess[]): Promise<readonly AppAccess[]> {
    const names = await this.names.of(apps.map(({ clientId }) => clientId));
    return apps.map(({ clientId, consent, isOffline }) => ({
      clientId,
      name: names(clientId),
      lines: consent === undefined ? [] : this.scopes.describe(consent.access),
      since: consent?.grantedAt,
      isOffline,
    }));
  }
}
