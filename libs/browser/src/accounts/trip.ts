import { type Answer, type AuthorizationRequest, prepare, readAnswer, type Transaction } from '../direct/authorize.js';
import type { Provider } from '../direct/provider.js';
import { isFramed, keep, kept } from '../kept.js';

/** What a tab keeps of its one silent sign-in by redirect. Without a transaction it is over. */
interface Trip {
  readonly transaction?: Transaction;
  /** where the person was */
  readonly back?: string;
  /** the answer's parameters, when the redirect URI is another page than that */
  readonly answer?: Readonly<Record<string, string>>;
}

const keyOf = (clientId: string) => `session-sync:trip:${clientId}`;

/**
 * Leaves the page for a silent sign-in by redirect, once in the life of a tab. `false`: it stays, since the tab has been away already, is
 * in a frame, or has no storage to remember it by.
 *
 * @see RFC 9700 §4.17.2; OpenID Connect Core 1.0 §3.1.2.1
 */
export async function leaveOnce(provider: Provider, request: AuthorizationRequest): Promise<boolean> {
  if (isFramed() || recall(request.clientId)) return false;
  const { url, transaction } = await prepare(provider, { ...request, prompt: 'none' });
  const leaves = remember(request.clientId, { transaction, back: location.href });
  if (leaves) location.replace(url);
  return leaves;
}

/** `passing` goes on to where the person was; nothing must be done here. */
export type Returned = 'passing' | ((provider: Provider) => Answer | undefined) | undefined;

/** Takes the answer out of the address, and says where it is judged. `undefined`: this tab does not come back from anywhere. */
export function comeBack(clientId: string): Returned {
  const { transaction, back = '/', answer } = recall(clientId) ?? {};
  if (!transaction) return undefined;
  const { origin, pathname, searchParams } = new URL(location.href);
  const found = searchParams.get('state') === transaction.state ? Object.fromEntries(searchParams) : undefined;
  const wasAt = new URL(back, origin);
  if (found && wasAt.pathname !== pathname && remember(clientId, { transaction, answer: found })) {
    location.replace(wasAt);
    return 'passing';
  }
  remember(clientId, {});
  if (found) history.replaceState(history.state, '', wasAt);
  const response = found ?? answer;
  return response && ((provider) => readAnswer(response, provider, transaction));
}

const recall = (clientId: string) => kept(keyOf(clientId)) as Trip | null | undefined;
const remember = (clientId: string, trip: Trip) => keep(keyOf(clientId), trip);
