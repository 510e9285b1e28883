import { Logger } from '@nestjs/common';
import { type Client, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { settingsOf } from '../clients/client-settings.js';
import { errorPage } from '../page/error-page.js';
import { isAnswered, type Middleware } from './middleware.js';
import { showPage } from './show-page.js';

const REFUSAL = 'This app may not take the answer in a frame or a popup window.';
/** Before the engine writes a page: it adds the hash of the script that it puts into the page. */
const BEFORE = "default-src 'none'; script-src; base-uri 'none'; frame-ancestors 'none'";
const logger = new Logger('authorize');

/**
 * Says whether a client takes web messages at a redirect URI: its origin must be one of the client's allowed web origins.
 * The message itself goes to that origin alone (draft-sakimura-oauth-wmrm §4.1).
 */
function takesWebMessage(client: Client, redirectUri: string): boolean {
  return settingsOf(client).allowed_web_origins.includes(new URL(redirectUri).origin);
}

/**
 * Refuses a web message before anything is issued. Nobody is told but the person and the log: the page that asked hears
 * nothing and reports a timeout, so it learns nothing about the session either.
 */
export function webMessageCheck(): interactionPolicy.Check {
  return new interactionPolicy.Check('web_message', 'web messages are not allowed', ({ oidc: { client, params } }) => {
    const asked = askedIn(params);
    if (client === undefined || asked === undefined || takesWebMessage(client, asked)) return false;
    logRefusal(client, asked);
    throw Object.assign(new errors.InvalidRequest(REFUSAL), { allow_redirect: false });
  });
}

/**
 * Says who may frame the engine's web message, and takes back one that the check above came too late for: an answer to a
 * request that was refused earlier still.
 */
export const guardWebMessages: Middleware = async (ctx, next) => {
  ctx.set('content-security-policy', BEFORE);
  ctx.set('x-frame-options', 'DENY');
  ctx.set('x-content-type-options', 'nosniff');
  await next();
  if (!isAnswered(ctx) || !isWebMessage(ctx)) return;
  const { client, params = ctx.query } = ctx.oidc;
  const asked = askedIn(params);
  if (client === undefined || asked === undefined) return;
  if (takesWebMessage(client, asked)) {
    const ancestors = `frame-ancestors ${settingsOf(client).allowed_web_origins.join(' ')}`;
    ctx.set('content-security-policy', `${ctx.response.get('content-security-policy')}; ${ancestors}`);
    ctx.set('referrer-policy', 'no-referrer');
    ctx.set('cache-control', 'no-store');
  } else {
    logRefusal(client, asked);
    ctx.status = 400;
    showPage(ctx, errorPage('invalid_request', REFUSAL));
  }
};

/** The engine takes `frame-ancestors` away from no page but this one. */
function isWebMessage(ctx: KoaContextWithOIDC): boolean {
  return ctx.type === 'text/html' && !ctx.response.get('content-security-policy').includes('frame-ancestors');
}

function askedIn(params: Readonly<Record<string, unknown>> = {}): string | undefined {
  const { response_mode: mode, redirect_uri: uri } = params;
  return mode === 'web_message' && typeof uri === 'string' && URL.canParse(uri) ? uri : undefined;
}

function logRefusal({ clientId }: Client, redirectUri: string): void {
  const { origin } = new URL(redirectUri);
  logger.warn(`web_message.refused client=${clientId} origin=${origin} add=allowed_web_origins`);
}
