import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';

/** The header that a page of another site can't send without asking first. */
export function assertCsrfHeader(request: FastifyRequest): void {
  if (request.headers['x-csrf'] !== '1') throw problem(403, 'csrf-header-missing', 'The header X-CSRF: 1 is missing');
}

/** Refuses requests without `X-CSRF: 1`, before anything is looked up or done. */
@Injectable()
export class CsrfGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    assertCsrfHeader(context.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }
}
