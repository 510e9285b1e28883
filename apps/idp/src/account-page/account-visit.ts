import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { BrowserSession } from '../sessions/browser-sessions.service.js';

/** A person who is let in to their account page. */
export interface AccountVisit extends BrowserSession {
  /** the token that each of this session's forms carries */
  readonly token: string;
}

const visits = new WeakMap<FastifyRequest, AccountVisit>();

/** Notes who was let in. */
export function noteVisit(request: FastifyRequest, visit: AccountVisit): void {
  visits.set(request, visit);
}

/** Gives a handler the person that `AccountGuard` let in. */
export const Visit = createParamDecorator((_: unknown, context: ExecutionContext): AccountVisit => {
  const visit = visits.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (visit === undefined) throw new Error('@Visit() stands on a route without AccountGuard');
  return visit;
});
