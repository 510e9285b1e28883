import type Provider from 'oidc-provider';
import { cookieRules, sendSecureCookies, sendsSecureOverPlainHttp } from './cookies.js';
import { corsOfClients } from './cors.js';
import { type EngineParts, ROUTES } from './provider-configuration.js';
import { completeAnswers, followSession } from './session-answers.js';
import { guardWebMessages } from './web-message.js';

/** What browser clients call from their pages. */
const CALLED_BY_PAGES = [ROUTES.token, ROUTES.userinfo, ROUTES.revocation, ROUTES.introspection];

/** Puts our own steps around the engine's, the outermost first. */
export function surround(provider: Provider, { config, origins }: Pick<EngineParts, 'config' | 'origins'>): void {
  const rules = cookieRules(config);
  if (sendsSecureOverPlainHttp(rules)) sendSecureCookies(provider);
  completeAnswers(provider);
  provider.use(corsOfClients(CALLED_BY_PAGES, origins));
  provider.use(followSession(rules));
  provider.use(guardWebMessages);
}
