import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AppSession } from '#session';
import { sessionOf } from './request-session.js';

/** Gives a handler the session that {@link SessionGuard} let in: `list(@CurrentSession() session: AppSession)`. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): AppSession => {
  const session = sessionOf(context);
  if (session === undefined) throw new Error('@CurrentSession() stands on a route without SessionGuard');
  return session;
});
