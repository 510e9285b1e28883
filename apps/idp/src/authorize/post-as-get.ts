import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorPage } from '../page/error-page.js';
import { leadTo, sendPage } from '../page/answer.js';

/** As much as the redirect can carry: Node takes 16 KB of address and headers together. */
const MOST_BYTES = 12_288;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:;|$)/i;
/** A parameter that was sent twice stays twice, for the engine to refuse. */
const Form = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * Answers POSTs to `url` with a redirect to the same request as GET. The session's cookie is `Lax`, so browsers leave it out
 * of a POST from another site, but send it when they follow the redirect. A request too big for that is refused.
 */
export function redirectPosts(fastify: FastifyInstance, url: string): void {
  fastify.post(url, { bodyLimit: MOST_BYTES, errorHandler: tellFault }, redirectOne);
}

async function redirectOne(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const isForm = FORM_TYPE.test(request.headers['content-type'] ?? '');
  const form = Form.safeParse(isForm ? request.body : undefined).data;
  if (form === undefined) return refuse(reply, 400, 'Only a form can be posted here.');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) for (const one of [value].flat()) query.append(name, one);
  const target = `${request.url.replace(/\?.*$/, '')}?${query.toString()}`;
  if (target.length > MOST_BYTES) return refuse(reply, 413, 'The request is too big.');
  await leadTo(reply, target);
}

function tellFault(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 500 } = error;
  if (statusCode >= 500) throw error;
  void refuse(reply, statusCode, statusCode === 413 ? 'The request is too big.' : 'The request can’t be read.');
}

async function refuse(reply: FastifyReply, status: number, description: string): Promise<void> {
  await sendPage(reply, status, errorPage('invalid_request', description));
}
