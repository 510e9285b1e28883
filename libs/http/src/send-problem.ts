import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ProblemBody } from './problem.js';

const ProblemShape = z.looseObject({ type: z.string(), title: z.string(), status: z.number() });
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
