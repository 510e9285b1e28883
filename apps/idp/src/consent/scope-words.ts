import type { ApiConfig } from '../config.js';
import type { Access } from './access.js';

/** What a scope gives, as the end of "This app wants to …". */
const WORDS: Readonly<Record<string, string>> = {
  openid: 'know who you are, each time you sign in',
  profile: 'see your name and your sign-in name',
  email: 'see your e-mail address',
  offline_access: 'keep this access while you are not there, also after you have signed out',
};

/** Says in people's words what an app gets. */
export class ScopeWords {
  constructor(private readonly apis: readonly ApiConfig[]) {}

  /** Gives one line for each scope and each API, every one the end of "This app wants to …". */
  describe({ scopes, resourceScopes }: Access): readonly string[] {
    const lines = scopes.map((scope) => (Object.hasOwn(WORDS, scope) ? WORDS[scope] : undefined) ?? `use “${scope}”`);
    return [...lines, ...Object.entries(resourceScopes).map(([api, used]) => this.describeApi(api, used))];
  }

  private describeApi(identifier: string, scopes: readonly string[]): string {
    const name = this.apis.find((api) => api.identifier === identifier)?.name ?? identifier;
    return scopes.length === 0 ? `use ${name} for you` : `use ${name} for you: ${scopes.join(', ')}`;
  }
}
