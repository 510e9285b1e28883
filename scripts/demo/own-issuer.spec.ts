import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoFault } from './demo-fault.js';
import { examineIssuer, readClientSecret } from './own-issuer.js';

describe('an identity provider of one’s own', () => {
  let server: Server;
  let origin: string;
  const documentOf = (issuer: string, more: object = {}) => ({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    ...more,
  });
  const answers: Readonly<Record<string, () => string>> = {
    '/plain': () => JSON.stringify(documentOf(`${origin}/plain`)),
    '/full': () =>
      JSON.stringify(documentOf(`${origin}/full`, { introspection_endpoint: origin, end_session_endpoint: origin })),
    '/slash': () => JSON.stringify(documentOf(`${origin}/slash/`)),
    '/html': () => '<!doctype html><title>Sign in</title>',
    '/poor': () => JSON.stringify({ issuer: `${origin}/poor` }),
  };
  const seenFrom = async (path: string): Promise<string> => {
    const fault: unknown = await examineIssuer({ issuer: origin + path, profile: 'generic' }).catch(
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(DemoFault);
    return fault instanceof DemoFault ? [fault.message, ...fault.details].join('\n') : '';
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const answer = answers[(request.url ?? '').replace('/.well-known/openid-configuration', '')];
      if (answer === undefined) response.writeHead(404).end('nothing here');
      else response.end(answer());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  it('is accepted, with notes on what will not work', async () => {
    const notes = async (path: string, profile: 'keycloak' | 'generic') =>
      (await examineIssuer({ issuer: origin + path, profile })).warnings;
    expect(await notes('/full', 'keycloak')).toEqual([]);
    expect(await notes('/full', 'generic')).toEqual([expect.stringContaining('never asks')]);
    expect(await notes('/plain', 'keycloak')).toEqual([
      expect.stringContaining('introspection'),
      expect.stringContaining('end_session_endpoint'),
    ]);
  });

  it('is told apart from one with a slash at the end', async () => {
    expect(await seenFrom('/slash')).toContain(`Run the demo with --issuer ${origin}/slash/`);
    await expect(examineIssuer({ issuer: `${origin}/slash/`, profile: 'generic' })).resolves.toBeDefined();
  });

  it.each([
    ['/html', 'not JSON'],
    ['/nowhere', 'status 404'],
    ['/poor', 'authorization_endpoint'],
  ])('is refused at %s with the reason: %s', async (path, reason) => {
    expect(await seenFrom(path)).toContain(reason);
  });

  it('is refused when nobody listens', async () => {
    await expect(examineIssuer({ issuer: 'http://127.0.0.1:9999', profile: 'generic' })).rejects.toThrow(
      "can't be reached from here (ECONNREFUSED)",
    );
  });

  it('needs a secret that can be read', async () => {
    const own = {
      issuer: origin,
      clientId: 'a',
      profile: 'generic' as const,
      clientAuthMethod: 'client_secret_basic' as const,
      scopes: '',
      plainHttp: false,
    };
    await expect(readClientSecret({ ...own, clientSecretFile: '/nowhere/secret' })).rejects.toThrow('ENOENT');
    await expect(readClientSecret({ ...own, clientSecretFile: '/dev/null' })).rejects.toThrow('holds no client secret');
  });
});
