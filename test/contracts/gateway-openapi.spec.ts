import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from '../../apps/gateway/src/openapi/openapi.controller.js';
import { stringify } from 'yaml';
import { readSources } from '../support/source-file.js';
import { Apps } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { usualSites } from '../support/gateway.js';

/** Methods that Fastify adds by itself, or that are refused with 405. */
const UNNAMED = ['HEAD', 'OPTIONS'];
/** Routes of every method, of which the document shows one. */
const EVERY_METHOD = ['/bff/api/{service}', '/bff/api/{service}/{path}', '/bff/backchannel', '/bff/callback'];

/** `/bff/logout/:id` becomes `/bff/logout/{id}`; each service has routes of its own. */
const toTemplate = (route: string) =>
  route
    .replace(/:(\w+)/g, '{$1}')
    .replace('/bff/api/notes', '/bff/api/{service}')
    .replace(/\/\*$/, '/{path}');

describe('the OpenAPI document of the gateway', () => {
  let routes: readonly string[];
  beforeAll(async () => {
    const apps = await Apps.make();
    const env = {
      ...{ PATH: process.env.PATH, PORT: '0', HUB_DATABASE_URL: await freshDatabase('hub'), CLIENT_SECRET: 'secret' },
      FRONT_ENDS: stringify(usualSites({ issuer: 'http://localhost:9', origins: ['http://localhost:9090'] })),
      GATEWAY_URL: 'http://localhost:9090',
      ...{ ASSERTION_KEYS: JSON.stringify(apps.assertionKey), TOKEN_KEYS: apps.tokenKeys },
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['test/support/gateway-routes.mjs'], { env });
    const all = JSON.parse(/^routes (.*)$/m.exec(stdout)?.[1] ?? '') as readonly string[];
    routes = [...new Set(all.map(toTemplate))];
    await apps.stopAll();
  }, 60_000);

  const described = () =>
    Object.entries(openApiDocument.paths as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApiDocument));
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('describes every route that there is, and no other', () => {
    const own = routes.filter((route) => {
      const [method = '', url = ''] = route.split(' ');
      return !UNNAMED.includes(method) && !['/{path}', '/bff/api/{path}'].includes(url) && !EVERY_METHOD.includes(url);
    });
    const named = described().filter((route) => !EVERY_METHOD.includes(route.split(' ')[1] ?? ''));
    expect(named.toSorted()).toEqual(own.toSorted());
    for (const url of EVERY_METHOD) expect(routes).toContain(`POST ${url}`);
  });

  it('names every type of problem that the gateway answers', () => {
    const text = JSON.stringify(openApiDocument);
    const sources = readSources(process.cwd(), ['apps/gateway/src', 'libs/http/src']);
    const types = sources
      .filter(({ path }) => !path.endsWith('.spec.ts'))
      .flatMap(({ text: code }) => [...code.matchAll(/problem\(\s*\d+,\s*'([a-z-]+)'/gs)])
      .map(([, type]) => `urn:sso:problem:${type ?? ''}`);
    expect(types.length).toBeGreaterThan(5);
    expect([...new Set(types)].filter((type) => !text.includes(`"${type}"`))).toEqual([]);
  });
});
