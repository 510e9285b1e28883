import type { AuthorizationRequest } from '../direct/authorize.js';
import { discover, type Provider } from '../direct/provider.js';
import { redeemCode, type Tokens } from '../direct/tokens.js';
import { isFramed } from '../kept.js';
import type { Outcome } from '../outcome.js';
import { askSilently, TIMEOUT_MS } from './ask.js';
import { isOptedOut, setOptedOut } from './opted-out.js';
import type { AccountsOptions, CredentialError, PopupFault } from './options.js';
import { authorizeInPopup, openPopup } from './popup.js';
import { comeBack, leaveOnce } from './trip.js';

/** One setting-up of {@link accounts}. */
export interface AccountClient {
  readonly prompt: () => void;
  /** Forgets the credential, and what is being asked. */
  readonly forget: () => void;
  /** Ends all that; nothing is told any more. */
  readonly close: () => void;
}

/** `left`: the page is being left, or the answer is of no interest any more. */
type Result = Tokens | Outcome | PopupFault | 'left';

const MINUTE_MS = 60_000;

/** Sets itself up for an issuer. */
export function accountClient(options: AccountsOptions, issuer: string): AccountClient {
  const { client_id: clientId, callback, auto_select, itp_support, redirect_uri, scope } = options;
  const request: AuthorizationRequest = {
    clientId,
    redirectUri: redirect_uri ?? `${location.origin}/`,
    scope: scope ?? 'openid profile email',
  };
  let over = new AbortController();
  const closed = new AbortController();
  let known: Provider | undefined;
  let tokens: Tokens | undefined;
  let told: Result | undefined;
  let flight: Promise<void> | undefined;
  let askedAt = -Infinity;
  /** in the frame of a provider that knows no messages this page is the answer: it would ask in a frame of its own, and so on */
  const isAnswer = isFramed() && /[?&]state=/.test(location.search);

  const isFresh = () => tokens && Number(tokens.claims.exp) * 1000 > Date.now() + MINUTE_MS;

  const tell = (result: Result, always: boolean) => {
    if (result === 'left' || (result === told && !always)) return;
    told = result;
    tokens = typeof result === 'string' ? undefined : result;
    if (typeof result !== 'string') {
      callback({ credential: result.idToken, outcome: 'signed_in' });
      return;
    }
    const error = (/_required$|^suppressed$/.test(result) ? 'login_required' : result) as CredentialError;
    callback({ credential: undefined, error, outcome: result });
  };

  /** One thing at a time; what is overtaken by `forget` or `close` is not told. */
  const run = (task: (provider: Provider, signal: AbortSignal) => Promise<Result>, always = false) => {
    const { signal } = over;
    const work = async (): Promise<Result> => {
      const provider = known ?? (await discover(issuer, TIMEOUT_MS));
      if (typeof provider === 'string') return provider;
      known = provider;
      return task(provider, signal);
    };
    const mine: Promise<void> = work()
      .catch((): Result => 'failed')
      .then((result) => {
        if (flight === mine) flight = undefined;
        if (!signal.aborted) tell(result, always);
      });
    flight = mine;
    return mine;
  };

  const silently = async (provider: Provider, signal: AbortSignal): Promise<Result> => {
    const result = await askSilently(provider, request, signal);
    const maybeBlind = result === 'login_required' || result === 'timeout';
    return maybeBlind && itp_support && !signal.aborted && (await leaveOnce(provider, request)) ? 'left' : result;
  };

  const look = () => {
    if (document.hidden || !auto_select || isAnswer || flight || isFresh()) return;
    if (isOptedOut()) tell('suppressed', false);
    else if (performance.now() > askedAt + MINUTE_MS) {
      askedAt = performance.now();
      void run(silently);
    }
  };

  const signInByPopup = () => {
    const popup = openPopup();
    if (!popup) {
      tell('popup_failed_to_open', true);
      return;
    }
    over.signal.addEventListener('abort', popup.close.bind(popup));
    void run(async (provider) => {
      const answer = await authorizeInPopup(popup, provider, request);
      const result = typeof answer === 'string' ? answer : await redeemCode(provider, clientId, answer, TIMEOUT_MS);
      if (typeof result !== 'string') setOptedOut(false);
      return result;
    }, true).finally(popup.close.bind(popup));
  };

  const prompt = () => {
    if (tokens && isFresh()) tell(tokens, true);
    else if (flight)
      void flight.then(() => {
        if (!isFresh()) signInByPopup();
      });
    else signInByPopup();
  };

  const forget = () => {
    over.abort();
    over = new AbortController();
    tokens = told = flight = undefined;
  };

  const returned = comeBack(clientId);
  if (typeof returned === 'function') {
    askedAt = performance.now();
    void run(async (provider) => {
      const answer = returned(provider);
      return answer ? redeemCode(provider, clientId, answer, TIMEOUT_MS) : 'failed';
    });
  } else if (!returned) look();
  document.addEventListener('visibilitychange', look, { signal: closed.signal });
  const close = () => {
    over.abort();
    closed.abort();
  };
  return { prompt, forget, close };
}
