import type { Outcome } from '../outcome.js';
import { type AuthorizationRequest, prepare, readAnswer, type Transaction, withQuery } from './authorize.js';
import { accept, change, end, type Here, ofThisOrigin, providerOf } from './here.js';
import type { DirectSignInOptions } from './session.js';
import { judge } from './silently.js';
import { redeemCode } from './tokens.js';

interface Left {
  readonly transaction: Transaction;
  readonly backTo: string;
}

const mark = ({ name }: Here) => `${name} redirected`;

/**
 * Leaves for the provider, and remembers in this tab what only this page may know.
 *
 * @throws TypeError for an address to come back to that is not of this origin
 */
export function leave(here: Here, { returnUrl = '', prompt, loginHint }: DirectSignInOptions = {}): Promise<Outcome> {
  return go(here, ofThisOrigin(returnUrl), { ...here.options, prompt, loginHint });
}

async function go(here: Here, backTo: string, request: AuthorizationRequest): Promise<Outcome> {
  const provider = await providerOf(here);
  if (typeof provider === 'string') return provider;
  const { url, transaction } = await prepare(provider, request);
  const left: Left = { transaction, backTo };
  if (!keep(here.name, left)) return 'failed';
  location.assign(url);
  return new Promise(() => undefined); // gone
}

/** Leaves once for a silent sign-in, if this tab has not done so in vain before. */
export async function leaveSilently(here: Here): Promise<void> {
  if (self === top && !kept(mark(here)) && keep(mark(here), 1)) await leave(here, { prompt: 'none' });
}

/**
 * Takes the answer out of the address, if it is the one to this tab's question. Before anything else has seen it.
 *
 * @returns what finishes the sign-in
 */
export function takeReturn(here: Here): (() => Promise<Outcome>) | undefined {
  const response: Record<string, string> = Object.fromEntries(new URLSearchParams(location.search));
  const { transaction, backTo } = (kept(here.name) ?? {}) as Partial<Left>;
  if (!transaction || !backTo || transaction.state !== response.state) return undefined;
  sessionStorage.removeItem(here.name);
  history.replaceState(history.state, '', backTo);
  return async () => {
    const outcome = await finish(here, response, transaction);
    if (outcome === 'signed_in') sessionStorage.removeItem(mark(here));
    change(here, { silent: { outcome, via: 'redirect' } });
    return outcome;
  };
}

async function finish(here: Here, response: object, transaction: Transaction): Promise<Outcome> {
  const { clientId, timeoutMs } = here.options;
  const provider = await providerOf(here);
  if (typeof provider === 'string') return provider;
  const answer = readAnswer(response, provider, transaction);
  const got = answer ? await redeemCode(provider, clientId, answer, timeoutMs) : 'failed';
  return typeof got === 'string' ? judge(here, got, true) : accept(here, got);
}

/** Drops everything here and in the other tabs, then leaves for the provider's own sign-out, if it has one. */
export async function signOut(here: Here, returnUrl?: string): Promise<void> {
  const idToken = here.tokens?.idToken;
  end(here, 'signed_out');
  const provider = await providerOf(here);
  const address = typeof provider === 'string' ? undefined : provider.end_session_endpoint;
  if (!address) return;
  const query = { client_id: here.options.clientId, id_token_hint: idToken, post_logout_redirect_uri: returnUrl };
  location.assign(withQuery(address, query));
}

/** Storage may be forbidden, or full. */
function keep(key: string, value: unknown): boolean {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function kept(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return undefined;
  }
}
