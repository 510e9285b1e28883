import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { problem } from '#http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '../hashes.js';

/** The token that operators hold, kept as its hash. */
export class OperatorToken {
  private readonly hash: Buffer;

  constructor(token: string) {
    this.hash = sha256(token);
  }

  /** Says whether `token` is the one. Takes the same time for every wrong one. */
  equals(token: string): boolean {
    return timingSafeEqual(sha256(token), this.hash);
  }
}

/** Lets a request through that carries the operator's token (RFC 6750 §2.1). */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(private readonly token: OperatorToken) {}

  /** @throws Problem 401 */
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    http.getResponse<FastifyReply>().header('cache-control', 'no-store'); // what operators are told is for no cache
    const header = http.getRequest<FastifyRequest>().headers.authorization ?? '';
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1];
    if (token !== undefined && this.token.equals(token)) return true;
    http.getResponse<FastifyReply>().header('www-authenticate', 'Bearer realm="operator"');
    throw problem(401, 'operator-token', "The operator's token is missing or wrong");
  }
}
