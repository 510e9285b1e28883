import type { ExecutionContext } from '@nestjs/common';
import type { AppSession } from '#session';

const SESSION = Symbol('session-sync.session');

interface Admitted {
  [SESSION]?: AppSession;
}

/** Remembers which session a request, a socket or an RPC message came with, under a name that nobody else can have. */
export function rememberSession(context: ExecutionContext, session: AppSession): void {
  (keeperOf(context) as Admitted)[SESSION] = session;
}

/** Gives the session that a request came with. */
export function sessionOf(context: ExecutionContext): AppSession | undefined {
  return (keeperOf(context) as Admitted)[SESSION];
}

function keeperOf(context: ExecutionContext): object {
  const type = context.getType();
  if (type === 'http') return context.getArgByIndex<object>(0); // the request, without the cost of `switchToHttp`
  return type === 'ws' ? context.switchToWs().getClient<object>() : context.switchToRpc().getContext<object>();
}
