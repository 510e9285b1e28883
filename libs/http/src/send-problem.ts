import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { reasonOf } from '#session';
import type { ProblemBody } from './problem.js';

const ProblemShape = z.looseObject({ type: z.string(), title: z.string(), status: z.number() });
/** Prisma's codes for a database that can't be reached, has closed the connection, or has none free. */
const StoreAway = z.object({ code: z.enum(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']) });
/** What pg says when a connection is cut, can't be had in time, or does not answer: Prisma passes these on as they are. */
const CONNECTION_LOST =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;
const logger = new Logger('http');

/** Answers with an error as RFC 9457 JSON. What we did not foresee is a 500 that tells nothing of its cause; the log has it, by the request's id. */
export function sendProblem(reply: FastifyReply, error: unknown): void {
  const body = problemOf(error, reply.request.id);
  if (typeof body.retryAfterS === 'number') void reply.header('retry-after', String(body.retryAfterS));
  void reply
    .status(body.status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}

/** Gives the error as a problem that names its request; what we did not foresee goes to the log. */
export function problemOf(error: unknown, requestId: string): ProblemBody {
  return { ...toProblem(error, requestId), instance: `urn:uuid:${requestId}` };
}

function toProblem(error: unknown, id: string): ProblemBody {
  if (error instanceof HttpException) {
    const known = ProblemShape.safeParse(error.getResponse());
    if (known.success) return known.data;
    return { type: 'about:blank', title: error.name.replace(/Exception$/, ''), status: error.getStatus() };
  }
  if (isStoreAway(error)) {
    logger.error(`store.unavailable request=${id} reason=${reasonOf(error)}`);
    return {
      type: 'urn:sso:problem:store-unavailable',
      title: 'The database does not answer; try again in a moment',
      status: 503,
    };
  }
  const status = statusOf(error);
  if (status < 500) return { type: 'about:blank', title: 'Bad request', status };
  logger.error(`request.failed request=${id}`, error instanceof Error ? error.stack : String(error));
  return { type: 'urn:sso:problem:internal', title: 'Something failed here; it has been logged', status: 500 };
}

function isStoreAway(error: unknown): boolean {
  return StoreAway.safeParse(error).success || (error instanceof Error && CONNECTION_LOST.test(error.message));
}

/** Fastify's own errors (a body too large, an unknown content type) carry the status that they mean. */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
