import { versionOf } from '../page/assets.js';

/**
 * The script of the page that other sites frame. It sees the browser state cookie of this origin, which they can't, and
 * answers to origins that the server knows as the client's, to no other and never to `*`.
 *
 * Plain, since browsers run it as it stands here. Not knowing is not an answer: while the server can't be asked, it is
 * silent; where the browser hides its cookies from a frame, it says `error`, upon which a client asks nobody to sign in.
 */
const SCRIPT = `'use strict';
(() => {
  const here = '/oidc/iframe/check_session';
  const cookies =
    location.protocol === 'https:' ? ['__Host-idp_browser_state='] : ['idp_browser_state.framed=', 'idp_browser_state='];
  const { sameSite } = document.currentScript.dataset;
  const ownClient = new URLSearchParams(location.search).get('client_id');
  const allowed = new Map();
  let told;

  const valueOf = (cookie) =>
    document.cookie.split('; ').find((pair) => pair.startsWith(cookie))?.slice(cookie.length);
  const browserState = () => cookies.map(valueOf).find((value) => value !== undefined) ?? '';

  /* Whose cookies the browser keeps from a frame can't set any of their kind there either; not every browser admits it when asked. */
  async function isHidden() {
    if ((await document.hasStorageAccess?.()) === false) return true;
    for (const how of sameSite === 'none' ? ['SameSite=Lax', 'SameSite=None; Secure'] : ['SameSite=Lax'])
      document.cookie = 'idp_seen=1; Path=' + here + '; Max-Age=10; ' + how;
    return !document.cookie.includes('idp_seen=1');
  }

  async function ask(path) {
    try {
      const response = await fetch(here + path, { credentials: 'same-origin', cache: 'no-store' });
      return response.ok ? await response.json() : undefined;
    } catch {
      return undefined;
    }
  }

  async function isAllowed(clientId, origin) {
    const query = '/origin?' + new URLSearchParams({ client_id: clientId, origin });
    if (!allowed.has(query)) {
      const answer = await ask(query);
      if (answer === undefined) return false;
      allowed.set(query, answer.allowed === true);
    }
    return allowed.get(query);
  }

  /* OpenID Connect Session Management 1.0, section 3.2 */
  async function judge(message, origin) {
    const at = message.lastIndexOf(' ');
    const clientId = message.slice(0, at);
    const [, hash, salt] = /^([0-9a-f]{64})[.]([^. ]+)$/.exec(message.slice(at + 1)) ?? [];
    if (at < 1 || hash === undefined || message.length > 2000) return 'error';
    if (!(await isAllowed(clientId, origin))) return undefined;
    const state = browserState();
    if (crypto.subtle === undefined || (state === '' && (await isHidden()))) return 'error';
    const text = new TextEncoder().encode([clientId, origin, state, salt].join(' '));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex === hash ? 'unchanged' : 'changed';
  }

  /* what a frame with ?client_id= says of its own accord, and when its parent asks */
  async function tell(origin, asked) {
    if (!(await isAllowed(ownClient, origin))) return;
    const status = (await ask('/status'))?.status;
    if (status === undefined) return;
    const news = status !== told;
    told = status;
    if (news || asked) parent.postMessage({ status: news ? status : 'unchanged' }, origin);
  }

  function watch(origin) {
    let seen = browserState();
    const look = () => {
      if (browserState() === seen) return;
      seen = browserState();
      void tell(origin, false);
    };
    setInterval(look, 2000);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void tell(origin, false);
    });
    return tell(origin, false);
  }

  const referrer = document.referrer === '' ? undefined : new URL(document.referrer).origin;
  const embedder = location.ancestorOrigins?.[0] ?? referrer;
  const ready = ownClient !== null && parent !== window && embedder !== undefined ? watch(embedder) : undefined;

  addEventListener('message', async (event) => {
    if (event.source === null || event.source === window) return;
    const isQuestion = event.data === 'check' || (typeof event.data === 'object' && event.data !== null);
    if (isQuestion && ownClient !== null) {
      if (event.source !== parent || (event.data.client_id ?? ownClient) !== ownClient) return;
      await ready;
      await tell(event.origin, true);
    } else if (typeof event.data === 'string') {
      const answer = await judge(event.data, event.origin);
      if (answer !== undefined) event.source.postMessage(answer, event.origin);
    }
  });
})();
`;

/** The script as a file. The version in its address changes with it. */
export const CHECK_SESSION_SCRIPT = {
  path: `/oidc/iframe/check_session.js?v=${versionOf(SCRIPT)}`,
  body: SCRIPT,
} as const;
