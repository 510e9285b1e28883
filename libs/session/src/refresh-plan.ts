import type { RefreshState, SessionTokenSet } from './gateway-ports.js';

/** What to do for somebody who wants a session's access token. */
export type RefreshPlan =
  | { readonly kind: 'use'; readonly token: string }
  /** the token may be used, and it is time to get the next one */
  | { readonly kind: 'use_and_refresh'; readonly token: string; readonly refreshToken: string }
  | { readonly kind: 'refresh'; readonly refreshToken: string }
  /** somebody is at it, and there is nothing to use until then */
  | { readonly kind: 'wait' }
  /** an answer was lost; the same refresh token may be sent again, but not yet */
  | { readonly kind: 'not_yet' }
  | { readonly kind: 'sign_in' };

/** What a plan depends on beside the tokens. */
export interface RefreshRules {
  /** so long one has the right to refresh; longer than a request to the IdP may take */
  readonly leaseMs: number;
  /** the IdP takes the same refresh token again */
  readonly refreshTokenStays: boolean;
}

const LONGEST_MARGIN_MS = 60_000;

/**
 * Plans how to come by an access token: the present one while it lives, the next one from the last fifth of its life on
 * (at most a minute). A refresh token whose answer was lost is never sent again, unless the IdP keeps it.
 */
export function planRefresh(held: SessionTokenSet, now: Date, rules: RefreshRules): RefreshPlan {
  const { accessToken: token, accessExpiresAt, refreshToken, refreshExpiresAt } = held.tokens;
  const isUsable = token !== undefined && (accessExpiresAt === undefined || now < accessExpiresAt);
  if (isUsable && !isNearItsEnd(held, now)) return { kind: 'use', token };
  const right = rightToRefresh(held.refresh, now, rules);
  const canRefresh = refreshToken !== undefined && (refreshExpiresAt === undefined || now < refreshExpiresAt);
  if (isUsable)
    return canRefresh && right === 'free' ? { kind: 'use_and_refresh', token, refreshToken } : { kind: 'use', token };
  if (right === 'taken') return { kind: 'wait' };
  if (!canRefresh || right === 'lost') return { kind: 'sign_in' };
  return right === 'free' ? { kind: 'refresh', refreshToken } : { kind: 'not_yet' };
}

function isNearItsEnd({ tokens: { accessExpiresAt }, since }: SessionTokenSet, now: Date): boolean {
  if (accessExpiresAt === undefined) return false; // the IdP does not say: it is used until a service complains
  const lifeMs = since === undefined ? Infinity : Math.max(0, accessExpiresAt.getTime() - since.getTime());
  return accessExpiresAt.getTime() - now.getTime() <= Math.min(LONGEST_MARGIN_MS, lifeMs / 5);
}

function rightToRefresh(
  state: RefreshState,
  now: Date,
  { leaseMs, refreshTokenStays }: RefreshRules,
): 'free' | 'taken' | 'not_yet' | 'lost' {
  switch (state.kind) {
    case 'idle':
      return 'free';
    case 'refused':
      return 'lost';
    case 'under_way':
    case 'ambiguous': {
      const leaseIsOver = now.getTime() - state.since.getTime() >= leaseMs;
      if (leaseIsOver) return refreshTokenStays ? 'free' : 'lost';
      if (state.kind === 'under_way') return 'taken';
      return refreshTokenStays ? 'not_yet' : 'lost';
    }
  }
}
