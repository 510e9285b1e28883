import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll } from '@jest/globals';

/** An API of any origin that wants tokens, and says what it was given. */
export interface DirectApi {
  readonly origin: string;
  /** `authorization` of each request, `none` without; newest last */
  readonly given: string[];
  /** tokens that are refused from now on; `all` refuses every one */
  readonly refused: Set<string>;
  /** where `/elsewhere` redirects to */
  elsewhere: string;
}

/** Gives this suite an API. Each of its answers may be read by every origin. */
export function directApiForSuite(): () => DirectApi {
  let server: Server | undefined;
  let api: DirectApi | undefined;
  beforeAll(async () => {
    server = createServer((request, response) => {
      for (const name of ['origin', 'headers', 'methods']) response.setHeader(`access-control-allow-${name}`, '*');
      response.setHeader('access-control-allow-headers', 'authorization, content-type');
      if (request.method === 'OPTIONS') return response.writeHead(204).end();
      const { authorization = 'none' } = request.headers;
      api!.given.push(authorization);
      if (request.url === '/elsewhere') return response.writeHead(302, { location: api!.elsewhere }).end();
      const isRefused = api!.refused.has('all') || api!.refused.has(authorization);
      response.statusCode = isRefused ? 401 : 200;
      return request.pipe(response);
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    api = { origin: `http://127.0.0.1:${port}`, given: [], refused: new Set(), elsewhere: '' };
  });
  afterAll(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });
  return () => api!;
}
