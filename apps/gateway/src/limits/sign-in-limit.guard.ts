import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestLimits } from './request-limits.js';

/** Refuses to begin more sign-ins from one address than {@link RequestLimits} allows. Each is a row in the database. */
@Injectable()
export class SignInLimitGuard implements CanActivate {
  constructor(private readonly limits: RequestLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.limits.countSignIn(context.switchToHttp().getRequest<FastifyRequest>().ip);
    return true;
  }
}
