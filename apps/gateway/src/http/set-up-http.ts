import { resolve } from 'node:path';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Assertions } from '../proxy/assertions.js';
import { registerProxy } from '../proxy/register-proxy.js';
import { SessionReader } from './session-reader.js';

/** Gives the Nest application what lives on Fastify itself: cookies, headers, pages, the proxy, and Passport's redirect. */
export async function setUpHttp(
  app: NestFastifyApplication,
  options: {
    readonly upstreams: ReadonlyMap<string, string>;
    readonly staticDir: string | undefined;
    readonly secure: boolean;
    /** the IdP, which the hidden iframe of a silent sign-in passes through */
    readonly issuer: string;
  },
): Promise<void> {
  await app.register(cookie);
  await app.register(helmet, {
    hsts: options.secure,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        frameSrc: ["'self'", new URL(options.issuer).origin],
        objectSrc: ["'none'"],
        formAction: ["'self'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  const fastify = app.getHttpAdapter().getInstance();
  letPassportRedirect(fastify);
  await registerProxy(fastify, {
    upstreams: options.upstreams,
    reader: app.get(SessionReader),
    assertions: app.get(Assertions),
  });
  if (options.staticDir !== undefined) app.useStaticAssets({ root: resolve(options.staticDir), wildcard: false });
}

/** Passport writes its redirect to a Node response; Fastify's reply learns the two verbs that it lacks. */
function letPassportRedirect(fastify: FastifyInstance): void {
  fastify.decorateReply('setHeader', function (this: FastifyReply, name: string, value: string) {
    if (name.toLowerCase() !== 'content-length') void this.header(name, value);
  });
  fastify.decorateReply('end', function (this: FastifyReply, body?: string) {
    void this.header('cache-control', 'no-store').send(body ?? '');
  });
}
