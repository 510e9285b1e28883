import type { BrowserContext, Page, Route } from 'playwright-core';
import { sdkScript } from './browser-sdk.js';

/** Sites that no server has: the browser's own routes answer for them. */
export const APP = 'https://app.test';
export const IDP = 'https://idp.test/';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const html = (route: Route, body: string) => route.fulfill({ contentType: 'text/html', body });

/** An identity provider where Ana is signed in; `metadata` is laid over its own. Gives the paths that it is asked for, newest last. */
export async function routeIdp(context: BrowserContext, metadata: Readonly<Record<string, unknown>> = {}) {
  const asked: string[] = [];
  let nonce = '';
  await context.route(`${IDP}**`, (route) => {
    const { pathname, searchParams: query } = new URL(route.request().url());
    asked.push(pathname);
    const json = (body: string) =>
      route.fulfill({ contentType: 'application/json', headers: { 'access-control-allow-origin': '*' }, body });
    const endpoints = { authorization_endpoint: `${IDP}authorize`, token_endpoint: `${IDP}token` };
    if (pathname.endsWith('/openid-configuration'))
      return json(JSON.stringify({ issuer: IDP, ...endpoints, ...metadata }));
    if (pathname === '/authorize') {
      nonce = query.get('nonce') ?? '';
      const data = { type: 'authorization_response', response: { code: 'c', state: query.get('state') } };
      return html(route, `<script>parent.postMessage(${JSON.stringify(data)}, '*')</script>`);
    }
    if (pathname !== '/token') return html(route, 'A page');
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: IDP, sub: 'ana', aud: 'spa', nonce, iat, exp: iat + 300 };
    const idToken = `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
    return json(JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: idToken }));
  });
  return asked;
}

/** Opens a page of the app with the SDK of a mode in it. What the page did not foresee is in `faults`. */
export async function openApp(context: BrowserContext, mode: Parameters<typeof sdkScript>[0], path = '/') {
  await context.route(`${APP}/**`, (route) =>
    new URL(route.request().url()).pathname.startsWith('/bff/')
      ? route.fallback() // to a test's own gateway
      : html(route, '<!doctype html><title>An app</title>'),
  );
  const page: Page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  await page.goto(`${APP}${path}`);
  await page.addScriptTag({ content: sdkScript(mode) });
  return { page, faults };
}
