import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import { siteOf } from './guard-sites.js';

/**
 * Refuses what pages of other sites ask for. What changes something must say where it comes from, and bring the header that a
 * page of another site can't send without asking first.
 */
@Injectable()
export class OwnPagesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers, method, raw } = context.switchToHttp().getRequest<FastifyRequest>();
    const site = siteOf({ raw });
    const isReading = method === 'GET' || method === 'HEAD';
    const from = headers['sec-fetch-site'];
    const isOurs = from === undefined || from === 'same-origin' || (isReading && from === 'none');
    const origin = headers.origin ?? (isReading ? undefined : 'none');
    const isOwnOrigin = origin === undefined || (site.kind !== 'nobody' && origin === site.origin);
    if (!isOurs || !isOwnOrigin) throw problem(403, 'cross-site', 'Only the own pages of this address may ask for it');
    if (!isReading && site.kind === 'timeline' && headers['x-csrf'] !== '1')
      throw problem(403, 'csrf-header-missing', 'The header X-CSRF: 1 is missing');
    return true;
  }
}
