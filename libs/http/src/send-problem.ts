import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { reasonOf } from '#session';
import type { ProblemBody } from './problem.js';

const ProblemShape = z.looseObject({ type: z.string(), title: z.string(), status: z.number() });
/** Prisma's codes for a database that can't be reached, has closed the connection, or has none free. */
const StoreAway = z.object({ code: z.enum(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']) });
const logger = new Logger('http');

/** Answers with an error as RFC 9457 JSON. What we did not foresee is a 500 that tells nothing of its cause; the log has it. */
export function sendProblem(reply: FastifyReply, error: unknown): void {
  const body = toProblem(error);
  void reply
    .status(body.status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}

function toProblem(error: unknown): ProblemBody {
  if (error instanceof HttpException) {
    const known = ProblemShape.safeParse(error.getResponse());
    if (known.success) return known.data;
    return { type: 'about:blank', title: error.name.replace(/Exception$/, ''), status: error.getStatus() };
  }
  if (StoreAway.safeParse(error).success) {
    logger.error(`store.unavailable reason=${reasonOf(error)}`);
    return {
      type: 'urn:sso:problem:store-unavailable',
      title: 'The database does not answer; try again in a moment',
      status: 503,
    };
  }
  const status = statusOf(error);
  if (status < 500) return { type: 'about:blank', title: 'Bad request', status };
  logger.error('request.failed', error instanceof Error ? error.stack : String(error));
  return { type: 'urn:sso:problem:internal', title: 'Something failed here; it has been logged', status: 500 };
}

/** Fastify's own errors (a body too large, an unknown content type) carry the status that they mean. */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
