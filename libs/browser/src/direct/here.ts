import type { SessionState } from '../session-state.js';
import type { Outcome } from '../outcome.js';
import { createStates, type States } from '../states.js';
import type { Channel } from '../tabs.js';
import type { Claims } from './id-token.js';
import { isWeb } from '../hidden-frame.js';
import { discover, type Provider } from './provider.js';
import { renewInMs } from './renew-in.js';
import type { DirectOptions } from './session.js';
import type { Tokens } from './tokens.js';

/** Options with everything settled. */
export type Settled = DirectOptions & Required<Pick<DirectOptions, 'redirectUri' | 'scope' | 'timeoutMs' | 'renew'>>;

/** What a tab tells the others of its origin. Refresh tokens stay where they are. */
export interface Told {
  /** an access token is worth something only to who asked for the same */
  readonly key: string;
  readonly tokens?: Tokens | undefined;
  readonly framesWork?: boolean;
  readonly ended?: string | undefined;
  readonly reason?: string;
}

/** What this tab knows. Everything that happens is a function on it. */
export interface Here {
  readonly options: Settled;
  /** of the client at its issuer: names the lock, the channel and the place in `sessionStorage` */
  readonly name: string;
  /** what is asked for: scope and audience */
  readonly key: string;
  readonly over: AbortController;
  readonly states: States<Claims>;
  channel?: Channel;
  /** sessions that have ended: what comes late about them is dropped */
  readonly ended: Set<string>;
  provider?: Provider;
  tokens?: Tokens | undefined;
  /** counts endings: what was asked before the latest is not about now */
  epoch: number;
  /** a frame has said `signed_in`: it sees the provider's cookie, so that it is believed when it says the opposite */
  framesWork: boolean;
  /** tokens have run out, and nobody knows whether the session at the provider has */
  hasLapsed: boolean;
  lookedAt: number;
  timer?: ReturnType<typeof setTimeout>;
  /** renews; what the timer does */
  renew: () => unknown;
}

/**
 * Checks the options and fills in what they leave open.
 *
 * @throws TypeError and RangeError that say what to do
 */
export function settle(options: DirectOptions, renew: () => unknown): Here {
  const { issuer, clientId, scope = 'openid profile email', audience, pollEveryS = 900 } = options;
  if (!isSecureContext) throw new TypeError('serve this page by https');
  if (!(pollEveryS >= 900 && pollEveryS <= 86_400)) throw new RangeError('pollEveryS: 900 to 86400');
  if (!clientId || !isWeb(issuer)) throw new TypeError('issuer, clientId: give both');
  const name = `session-sync ${issuer} ${clientId}`;
  return {
    options: {
      ...{ timeoutMs: 10_000, renew: 'ahead', ...options, scope },
      redirectUri: ofThisOrigin(options.redirectUri ?? location.origin + location.pathname),
    },
    name,
    key: JSON.stringify([scope, audience]),
    over: new AbortController(),
    states: createStates(),
    ended: new Set(),
    epoch: 0,
    framesWork: false,
    hasLapsed: false,
    lookedAt: 0,
    renew,
  };
}

/** @throws TypeError for an address of another origin */
export function ofThisOrigin(address: string): string {
  const { href, origin } = new URL(address, location.href);
  if (origin !== location.origin) throw new TypeError(`${address}: not of this origin`);
  return href;
}

/** Names a session at the provider, as well as its claims allow. */
export const idOf = ({ sub, sid, auth_time }: Claims) => JSON.stringify([sub, sid ?? auth_time]);

/** Gives the metadata, fetched once. */
export async function providerOf(here: Here): Promise<Provider | Outcome> {
  const found = here.provider ?? (await discover(here.options.issuer, here.options.timeoutMs));
  if (typeof found !== 'string') here.provider = found;
  return found;
}

/** Changes the state, unless it is closed. */
export function change({ over, states }: Here, to: Partial<SessionState<Claims>>): void {
  if (!over.signal.aborted) states.change(to);
}

/** Tells the other tabs. Without anything else it is a question: who has tokens? */
export const tell = (here: Here, message: Omit<Told, 'key'> = {}) => here.channel?.tell({ ...message, key: here.key });

/** Tells the other tabs which access token there is. */
export const tellTokens = (here: Here) =>
  here.tokens && tell(here, { tokens: { ...here.tokens, refreshToken: undefined }, framesWork: here.framesWork });

/** Takes tokens, from the provider or from another tab, if they are about the same person. */
export function accept(here: Here, tokens: Tokens, told = false): Outcome {
  const { claims } = tokens;
  const { user } = here.states.view;
  if (user && user.sub !== claims.sub) return end(here, 'account_changed');
  here.tokens = told ? { ...tokens, refreshToken: here.tokens?.refreshToken } : tokens;
  here.hasLapsed = false;
  here.lookedAt = Date.now();
  if (!told) tellTokens(here);
  arm(here, tokens.expiresAt && renewInMs(tokens.expiresAt - here.lookedAt, Math.random()));
  change(here, { status: 'signed_in', user: claims, reason: undefined });
  return 'signed_in';
}

/** Ends the session of this page, and of the other tabs that have the same. */
export function end<Reason extends string>(here: Here, reason: Reason, told = false): Reason {
  const { user } = here.states.view;
  const ended = user && idOf(user);
  if (ended) here.ended.add(ended);
  here.epoch += 1;
  drop(here);
  if (!told) tell(here, { ended, reason });
  change(here, { status: 'signed_out', user: undefined, reason });
  return reason;
}

/** Knows nothing any more: tokens have run out, and a frame that may be blind brings no others. That ends no session. */
export function lapse(here: Here): void {
  drop(here);
  here.hasLapsed = true;
  change(here, { status: 'unknown', user: undefined });
}

function drop(here: Here): void {
  here.tokens = undefined;
  clearTimeout(here.timer);
}

/** Renews in so many milliseconds. */
export function arm(here: Here, inMs: number | undefined): void {
  clearTimeout(here.timer);
  if (inMs !== undefined && here.options.renew === 'ahead' && !here.over.signal.aborted)
    here.timer = setTimeout(here.renew, inMs);
}
