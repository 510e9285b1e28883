import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '#http';
import type { Site, Sites } from './sites.js';

const FOR_MACHINES = ['/health/live', '/health/ready', '/metrics'];
const FOR_PAGES = ['/*', '/site.json'];

/** Which routes each kind of site has; nobody's requests are those of health checks, which name no host that we know. */
const ROUTES: Readonly<Record<Site['kind'], (route: string) => boolean>> = {
  timeline: (route) => [...FOR_MACHINES, ...FOR_PAGES].includes(route) || /^\/(?:timeline|panel)(?:\/|$)/.test(route),
  front_end: (route) => [...FOR_PAGES, '/told'].includes(route),
  nobody: (route) => FOR_MACHINES.includes(route),
};

/** On top of what the gateway sets for the front ends: the timeline has nobody in front of it. */
const TIMELINE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

const SITE = Symbol('site');
interface Marked {
  [SITE]?: Site;
}

/** Gives the site that a request was found to be for. */
export function siteOf({ raw }: Pick<FastifyRequest, 'raw'>): Site {
  return (raw as Marked)[SITE] ?? { kind: 'nobody' };
}

/** Lets each site have its own routes and no others, before anything is read or done. */
export function guardSites(fastify: FastifyInstance, sites: Sites): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const site = sites.of(request.headers);
    (request.raw as Marked)[SITE] = site;
    void reply.header('x-content-type-options', 'nosniff');
    if (site.kind === 'timeline') void reply.headers(TIMELINE_HEADERS);
    if (ROUTES[site.kind](request.routeOptions.url ?? '')) done();
    else if (site.kind === 'nobody') done(problem(421, 'unknown-host', 'Nothing is served under this host'));
    else done(problem(404, 'not-found', 'There is nothing here'));
  });
}
