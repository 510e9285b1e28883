import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { registerPages } from './pages/register-pages.js';
import { guardSites } from './sites/guard-sites.js';
import { Sites } from './sites/sites.js';

/** Gives the Nest application what lives on Fastify itself: who may ask for what, and the pages. */
export async function setUpHttp(app: NestFastifyApplication, pagesFolder: string): Promise<void> {
  const sites = app.get(Sites);
  const fastify = app.getHttpAdapter().getInstance();
  guardSites(fastify, sites);
  await registerPages(fastify, pagesFolder, [...sites.frontEnds.keys(), 'timeline']);
}
