import type { Engine } from '../authorize/engine.js';
import type { ScopeWords } from '../consent/scope-words.js';
import type { RememberedAccounts } from '../interaction/remembered-accounts.js';
import type { BrowserStateCookie } from '../monitor/browser-state-cookie.js';
import type { RecordParts } from '../record-parts.js';
import type { IdpSessions } from '../sessions/idp-sessions.service.js';
import { AppAccesses } from './app-accesses.service.js';
import { AppWords } from './app-words.js';
import { AutomaticSignIn } from './automatic-sign-in.service.js';
import { ClientNames } from './client-names.service.js';
import { Goodbye } from './goodbye.service.js';
import { OwnSessions } from './own-sessions.service.js';

/** What the account page is made of. */
export interface AccountPageNeeds extends RecordParts {
  readonly sessions: IdpSessions;
  readonly words: ScopeWords;
  readonly engine: Engine;
  readonly remembered: RememberedAccounts;
  readonly browserState: BrowserStateCookie;
}

/** Makes what shows a person their sessions and apps. */
export function accountPageParts(needs: AccountPageNeeds): readonly object[] {
  const { prisma, clock, audit, clients, consents, endings, sessions, words, engine, remembered, browserState } = needs;
  const names = new ClientNames(clients);
  return [
    new OwnSessions(sessions, names),
    new AppAccesses(prisma, consents, endings, new AppWords(names, words), clock),
    new AutomaticSignIn(prisma, audit),
    new Goodbye(engine, remembered, browserState),
  ];
}
