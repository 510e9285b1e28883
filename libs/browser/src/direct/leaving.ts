import type { Outcome } from '../outcome.js';
import { type AuthorizationRequest, prepare, readAnswer, type Transaction, withQuery } from './authorize.js';
import { drop, isFramed, keep, kept } from '../kept.js';
import { onThaw, opened } from '../on-return.js';
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
export function leave(
  here: Here,
  { returnUrl = location.href, prompt, loginHint }: DirectSignInOptions = {},
): Promise<Outcome> {
  return go(here, ofThisOrigin(returnUrl), { ...here.options, prompt, loginHint });
}

async function go(here: Here, backTo: string, request: AuthorizationRequest): Promise<Outcome> {
  const provider = await providerOf(here);
  if (typeof provider === 'string') return provider;
  const { url, transaction } = await prepare(provider, request);
  const left: Left = { transaction, backTo };
  if (!keep(here.name, left)) return 'failed';
  location.assign(url);
  return new Promise((resolve) => {
    onThaw(resolve.bind(undefined, 'suppressed'), here.over.signal); // gone, and back by the browser's own button
  });
}

/** Leaves once for a silent sign-in, if this tab has not done so in vain before. */
export async function leaveSilently(here: Here): Promise<void> {
  if (!isFramed() && !kept(mark(here)) && keep(mark(here), 1)) await leave(here, { prompt: 'none' });
}

/** An answer to this tab's question, until it is redeemed. */
interface Returned {
  readonly response: Readonly<Record<string, string>>;
  readonly transaction: Transaction;
}

/** Who is closed at once, as frameworks do when they try a component out, leaves the answer to the next of its name. */
const returns = new Map<string, Returned>();

/**
 * Takes the answer out of the address, if it is the one to this tab's question. Before anything else has seen it.
 *
 * @returns what finishes the sign-in
 */
export function takeReturn(here: Here): (() => Promise<Outcome>) | undefined {
  const response: Record<string, string> = Object.fromEntries(new URLSearchParams(location.search));
  const { transaction, backTo } = (kept(here.name) ?? {}) as Partial<Left>;
  if (transaction && backTo && transaction.state === response.state) {
    drop(here.name);
    history.replaceState(history.state, '', backTo);
    returns.set(here.name, { response, transaction });
  }
  const returned = returns.get(here.name);
  return returned && (() => finish(here, returned));
}

async function finish(here: Here, returned: Returned): Promise<Outcome> {
  await opened();
  if (here.over.signal.aborted || !returns.delete(here.name)) return 'suppressed';
  const outcome = await redeem(here, returned);
  if (outcome === 'signed_in') drop(mark(here));
  change(here, { silent: { outcome, via: 'redirect' } });
  return outcome;
}

async function redeem(here: Here, { response, transaction }: Returned): Promise<Outcome> {
  const { clientId, timeoutMs } = here.options;
  const provider = await providerOf(here);
  if (typeof provider === 'string') return provider;
  const answer = readAnswer(response, provider, transaction);
  const got = answer ? await redeemCode(provider, clientId, answer, timeoutMs) : 'failed';
  if (here.over.signal.aborted) return 'suppressed';
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
