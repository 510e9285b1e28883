import { setTimeout as sleep } from 'node:timers/promises';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { idTokenOf, replaceIdToken } from './answer-token.js';
import type { FaultLedger } from './fault-ledger.js';
import {
  type FaultAfter,
  type FaultInstead,
  type FaultOrder,
  isAfter,
  isInstead,
  isTokenFault,
} from './fault-order.js';
import { GARBAGE } from './garbage.js';
import { clientOf } from './request-client.js';
import { placeOf } from './request-place.js';
import { canSpoil } from './spoil-token.js';
import type { TokenSpoiler } from './token-spoiler.js';

/** Puts the faults of answers between the engine and whoever asks it. One request meets one fault at most. */
export function addFaultyAnswers(provider: Provider, ledger: FaultLedger, spoiler: TokenSpoiler): void {
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => {
    const on = ctx.method === 'OPTIONS' ? undefined : placeOf(ctx.path);
    if (on === undefined || ledger.list().length === 0) {
      await next();
      return;
    }
    const asking = await clientOf(ctx, provider);
    const instead = ledger.take({ on, clientId: asking }, isInstead);
    if (instead !== undefined) {
      answerInstead(ctx, instead);
      return;
    }
    await next();
    const idToken = idTokenOf(ctx);
    const fits = (order: FaultOrder): order is FaultAfter =>
      isAfter(order) && (!isTokenFault(order) || (idToken !== undefined && canSpoil(idToken, order)));
    const after = ledger.take({ on, clientId: clientOfAnswer(ctx) ?? asking }, fits);
    if (after === undefined) return;
    if (!isTokenFault(after)) await losingOrLate(ctx, after);
    else if (idToken !== undefined) {
      replaceIdToken(ctx, idToken.text, (await spoiler.spoil(idToken, after)) ?? idToken.text);
    }
  });
}

function answerInstead(ctx: KoaContextWithOIDC, order: FaultInstead): void {
  switch (order.fault) {
    case 'status':
      ctx.status = order.status;
      if (order.retryAfterS !== undefined) ctx.set('retry-after', String(order.retryAfterS));
      ctx.set('cache-control', 'no-store');
      ctx.body = 'A fault that was ordered.\n';
      break;
    case 'garbage':
      ctx.status = 200;
      ctx.type = 'text/html';
      ctx.set('cache-control', 'no-store');
      ctx.body = GARBAGE;
      break;
    case 'hang':
      ctx.respond = false;
  }
}

async function losingOrLate(
  ctx: KoaContextWithOIDC,
  order: Extract<FaultAfter, { fault: 'drop' | 'delay' }>,
): Promise<void> {
  if (order.fault === 'delay') {
    await sleep(order.delayMs);
    return;
  }
  ctx.respond = false;
  ctx.req.socket.destroy();
}

/** The client that the engine has recognised. On the way back from a page only the engine knows it. */
function clientOfAnswer(ctx: KoaContextWithOIDC): string | undefined {
  return 'oidc' in ctx ? ctx.oidc.client?.clientId : undefined; // not there when no route matched
}
