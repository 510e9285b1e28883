import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Engine } from '../authorize/engine.js';
import { FormSecret, formToken, isFormToken } from '../interaction/form-token.js';
import { BrowserSessions } from '../sessions/browser-sessions.service.js';
import { wayIn } from './account-client.js';
import { AccountRefusal } from './account-refusal.js';
import { noteVisit } from './account-visit.js';
import { isOpenToPolicy } from './policy-open.js';

const Form = z.object({ token: z.string() });
const Answer = z.looseObject({}).refine((query) => 'state' in query || 'error' in query);

/**
 * Lets a signed-in person in, once all that the sign-in asks is settled; everybody else goes to the sign-in and comes back.
 * Whatever is not a plain GET must be a form of ours, made in this session.
 */
@Injectable()
export class AccountGuard implements CanActivate {
  constructor(
    private readonly sessions: BrowserSessions,
    private readonly secret: FormSecret,
    private readonly engine: Engine,
  ) {}

  /** @throws AccountRefusal */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    const session = await this.sessions.of(request, reply);
    if (session === undefined || isOpenToPolicy(session)) throw this.elsewhere(request);
    const name = `account page ${session.uid}`;
    if (!isReading(request) && !(isSameOrigin(request) && isFormToken(tokenOf(request), this.secret.value, name))) {
      throw new AccountRefusal({ kind: 'forged' });
    }
    noteVisit(request, { ...session, token: formToken(this.secret.value, name) });
    return true;
  }

  private elsewhere(request: FastifyRequest): AccountRefusal {
    if (isReading(request) && Answer.safeParse(request.query).success) {
      return new AccountRefusal({ kind: 'not_signed_in' }); // or it would go round for ever
    }
    const place = request.url.replace(/\?.*$/, '').split('/').at(-1) ?? '';
    return new AccountRefusal({ kind: 'sign_in', address: wayIn(this.engine.provider.issuer, place) });
  }
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Browsers say where a form comes from (Fetch Metadata); the token is enough alone where they do not. */
function isSameOrigin({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

function tokenOf({ body }: FastifyRequest): string {
  return Form.safeParse(body).data?.token ?? '';
}
