import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Who gives an order, as the audit trail names them. */
export interface OperatorBy {
  readonly actor: 'operator';
  readonly address: string;
}

/** Gives who gives the order of this request. */
export const Operator = createParamDecorator((_: unknown, context: ExecutionContext): OperatorBy => {
  return { actor: 'operator', address: context.switchToHttp().getRequest<FastifyRequest>().ip };
});

/** One request and its answer. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Gives the request and its answer, for what a handler can't say by its result alone. */
export const Http = createParamDecorator((_: unknown, context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
});
