import { sessionState } from '#oidc';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC, Session } from 'oidc-provider';
import { z } from 'zod';
import { browserStateCookie, browserStateOf } from './browser-state.js';
import { type CookieRules, sessionCookieAttributes } from './cookies.js';
import { isAnswered, type Middleware } from './middleware.js';

const Request = z.object({ client_id: z.string(), redirect_uri: z.url() });

/** Puts the issuer and a session state into every answer that holds an authorization (Session Management §2). */
export function completeAnswers(provider: Provider): void {
  provider.on('authorization.success', ({ oidc }, answer) => {
    if (answer === undefined) return;
    answer.iss = oidc.issuer; // the engine leaves it out beside an ID token, where RFC 9207 only allows to
    answer.session_state = stateFor(oidc);
  });
}

/**
 * Adds a session state to errors that go back by redirect, so that a client can learn of the next sign-in by asking the
 * iframe; and keeps the cookie that the iframe reads true to the session.
 */
export function followSession(rules: CookieRules): Middleware {
  return async (ctx, next) => {
    await next();
    if (!isAnswered(ctx)) return;
    const refused = errorRedirect(ctx.response.get('location'), ctx.oidc);
    if (refused !== undefined) ctx.set('location', refused);
    if (ctx.oidc.session !== undefined) writeCookie(ctx, rules);
  };
}

function stateFor({ params, session }: KoaContextWithOIDC['oidc']): string | undefined {
  const asked = Request.safeParse(params).data;
  if (asked === undefined) return undefined;
  const { origin } = new URL(asked.redirect_uri);
  if (origin === 'null') return undefined; // an app of its own, which no browser page is
  return sessionState({ clientId: asked.client_id, origin, browserState: browserStateOf(living(session)) });
}

/** Gives the redirect with a session state, if it carries an error to the client; undefined for any other. */
function errorRedirect(location: string, oidc: KoaContextWithOIDC['oidc']): string | undefined {
  const redirectUri = oidc.params?.redirect_uri;
  if (!['authorization', 'resume'].includes(oidc.route) || typeof redirectUri !== 'string') return undefined;
  if (!URL.canParse(location) || !URL.canParse(redirectUri)) return undefined;
  const [url, target] = [new URL(location), new URL(redirectUri)];
  const fragment = new URLSearchParams(url.hash.slice(1));
  const answer = fragment.has('error') ? fragment : url.searchParams;
  const isError = answer.has('error') && url.origin === target.origin && url.pathname === target.pathname;
  const state = isError ? stateFor(oidc) : undefined;
  if (state === undefined) return undefined;
  answer.set('session_state', state);
  if (answer === fragment) url.hash = fragment.toString();
  return url.href;
}

/** The engine has written its own cookies by now, and given the session its end. */
function writeCookie(ctx: KoaContextWithOIDC, rules: CookieRules): void {
  const name = browserStateCookie(rules.https);
  const session = living(ctx.oidc.session);
  const value = browserStateOf(session);
  const attributes = { ...sessionCookieAttributes(rules), path: '/', httpOnly: false, signed: false, overwrite: true };
  if (value !== '') {
    const expires = session?.exp === undefined || session.transient === true ? undefined : new Date(session.exp * 1000);
    ctx.cookies.set(name, value, { ...attributes, expires });
  } else if (ctx.cookies.get(name, { signed: false }) !== undefined) {
    ctx.cookies.set(name, null, attributes);
  }
}

function living(session: Session | undefined): Session | undefined {
  return session !== undefined && 'destroyed' in session && session.destroyed === true ? undefined : session;
}
