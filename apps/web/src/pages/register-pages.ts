import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { problem, sendProblem } from '#http';
import { siteOf } from '../sites/guard-sites.js';

/**
 * Serves each site's folder of pages. A path is answered only if it is the name of a file that was there at the start, so that
 * no path leads anywhere else.
 *
 * @throws when a site has no folder of its name
 */
export async function registerPages(fastify: FastifyInstance, folder: string, sites: readonly string[]): Promise<void> {
  const root = resolve(folder);
  const files = new Map(await Promise.all(sites.map(async (site) => [site, await filesIn(join(root, site))] as const)));
  await fastify.register(async (scope) => {
    await scope.register(fastifyStatic, { serve: false, root, cacheControl: false, index: false });
    scope.setErrorHandler((error, _request, reply) => {
      sendProblem(reply, error);
    });
    scope.get('/*', (request, reply) => {
      const site = siteOf(request);
      const [path = '/'] = request.url.split('?');
      const file = path.endsWith('/') ? `${path}index.html` : path;
      if (site.kind === 'nobody' || files.get(site.name)?.has(file) !== true)
        throw problem(404, 'not-found', 'There is nothing here');
      void reply.header('cache-control', 'no-cache');
      return reply.sendFile(`${site.name}${file}`);
    });
  });
}

async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return new Set(paths.map((path) => `/${path.split(sep).join('/')}`));
}
