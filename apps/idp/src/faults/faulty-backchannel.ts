import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultLedger } from './fault-ledger.js';
import { type FaultOrder, isTokenFault } from './fault-order.js';
import { GARBAGE } from './garbage.js';
import { canSpoil, type ReadToken, readToken } from './spoil-token.js';
import type { TokenSpoiler } from './token-spoiler.js';

type Send = (logoutToken: string, signal?: AbortSignal | null) => Promise<Response>;

/** Gives a `fetch` that carries out the faults of the back channel; calls that carry no logout token go through. */
export function faultyBackchannel(real: typeof fetch, ledger: FaultLedger, spoiler: TokenSpoiler): typeof fetch {
  return async (input, init) => {
    const text = init?.body instanceof URLSearchParams ? init.body.get('logout_token') : null;
    const token = text === null ? undefined : readToken(text);
    if (token === undefined) return real(input, init);
    const { aud } = token.claims;
    const fits = (order: FaultOrder): order is FaultOrder => !isTokenFault(order) || canSpoil(token, order);
    const order = ledger.take({ on: 'backchannel', clientId: typeof aud === 'string' ? aud : undefined }, fits);
    if (order === undefined) return real(input, init);
    const send: Send = (logoutToken, signal = init?.signal) =>
      real(input, { ...init, signal: signal ?? null, body: new URLSearchParams({ logout_token: logoutToken }) });
    return isTokenFault(order)
      ? send((await spoiler.spoil(token, order)) ?? token.text)
      : deliver(token, order, send, init?.signal ?? undefined);
  };
}

type DeliveryFault = Exclude<FaultOrder, { fault: 'mis_sign' | 'wrong_key' | 'omit_sid' | 'skew_clock' }>;

async function deliver(
  { text }: ReadToken,
  order: DeliveryFault,
  send: Send,
  signal: AbortSignal | undefined,
): Promise<Response> {
  switch (order.fault) {
    case 'drop':
      if (order.silently) return new Response();
      throw new Error('the call was dropped on order');
    case 'delay':
      // It goes out also when the caller has long given up: that is what late means.
      return Promise.race([sleep(order.delayMs).then(() => send(text, null)), givenUp(signal)]);
    case 'duplicate': {
      const first = await send(text);
      await send(text).catch(() => undefined); // whoever takes it twice may well say so; the first answer counts
      return first;
    }
    case 'status':
      return new Response(null, { status: order.status });
    case 'garbage':
      return send(GARBAGE);
    case 'hang':
      return givenUp(signal);
  }
}

/** Settles when the caller gives up, and then as the caller's own call would have. */
function givenUp(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('the caller gave up'));
    });
  });
}
