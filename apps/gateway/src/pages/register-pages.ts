import { resolve } from 'node:path';
import replyFrom from '@fastify/reply-from';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, sendProblem } from '#http';
import { type FrontEnd, type Pages, pathAt } from '../front-ends/front-end.js';
import type { FrontEnds } from '../front-ends/front-ends.js';
import { sendPage } from '../http/page.js';
import { cacheControlOf, findPageFile, segmentsOf } from './page-file.js';
import { sendFromUpstream } from './page-upstream.js';

const HEADERS_TIMEOUT_MS = 30_000;
const BODY_TIMEOUT_MS = 60_000;

/** Serves the front ends' own pages, on every path that is nobody else's, in a Fastify scope of its own: bodies stream through unread. */
export async function registerPages(fastify: FastifyInstance, frontEnds: FrontEnds): Promise<void> {
  const names = new Set(frontEnds.all.map(({ cookie }) => cookie.name));
  const isOurs = (cookie: string) => {
    const name = cookie.replace(/^__Host-/i, '');
    return name.startsWith('bff-') || names.has(name);
  };
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => {
      done(null, payload);
    });
    await scope.register(replyFrom, { undici: { headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: BODY_TIMEOUT_MS } });
    await scope.register(fastifyStatic, { serve: false, root: resolve('.'), cacheControl: false, index: false });
    scope.setErrorHandler((error, _request, reply) => {
      sendProblem(reply, error);
    });
    scope.all('/*', async (request, reply) => {
      const frontEnd = frontEnds.of(request);
      const { pages } = frontEnd;
      if (pages === undefined || segmentsOf(request.url)?.[0] === 'bff') return sendNothing(request, reply, frontEnd);
      if (pages.kind === 'upstream') return sendFromUpstream(request, reply, frontEnd, pages.origin, isOurs);
      return sendFromFolder(request, reply, frontEnd, pages);
    });
  });
}

async function sendFromFolder(
  request: FastifyRequest,
  reply: FastifyReply,
  frontEnd: FrontEnd,
  { folder, fallback }: Extract<Pages, { kind: 'folder' }>,
): Promise<FastifyReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendNothing(request, reply, frontEnd);
  if (frontEnd.path !== '' && request.originalUrl.replace(/\?.*$/s, '') === frontEnd.path)
    return sendWithSlash(request, reply, frontEnd);
  const page = await findPageFile(folder, request.url);
  if (page.kind === 'needs_slash') return sendWithSlash(request, reply, frontEnd);
  const isRoute =
    page.kind === 'none' && fallback !== undefined && wantsPage(request) && !/\.[^/]*$/.test(pathOf(request));
  const path = page.kind === 'file' ? page.path : isRoute ? fallback : undefined;
  if (path === undefined) return sendNothing(request, reply, frontEnd);
  void reply.header('cache-control', cacheControlOf(path));
  return reply.sendFile(path, resolve(folder));
}

/** A person gets a small page, a program a problem. */
function sendNothing(request: FastifyRequest, reply: FastifyReply, frontEnd: FrontEnd): FastifyReply {
  void reply.header('vary', 'accept');
  if (!wantsPage(request)) throw problem(404, 'not-found', 'There is nothing here');
  const link = { href: pathAt(frontEnd, '/'), label: 'To the start' };
  sendPage(reply, 404, {
    title: 'There is nothing here',
    text: 'The address may be wrong, or the page is gone.',
    link,
  });
  return reply;
}

function sendWithSlash(request: FastifyRequest, reply: FastifyReply, frontEnd: FrontEnd): FastifyReply {
  const path = pathOf(request);
  const search = request.url.slice(path.length);
  return reply.redirect(`${pathAt(frontEnd, path === '/' ? path : `${path}/`)}${search}`, 308);
}

function pathOf(request: FastifyRequest): string {
  return request.url.replace(/[?#].*$/s, '');
}

function wantsPage(request: FastifyRequest): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && /\btext\/html\b/.test(request.headers.accept ?? '');
}
