import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort } from '../../scripts/stack/free-port.js';

const require = createRequire(`${process.cwd()}/package.json`);
const SITE = 'test/browser/site';
const FILES = {
  '/app.js': join(SITE, 'app.js'),
  '/auth0-spa-js.production.js': inPackage('@auth0/auth0-spa-js', 'dist/auth0-spa-js.production.js'),
  '/oidc-client-ts.min.js': inPackage('oidc-client-ts', 'dist/browser/oidc-client-ts.min.js'),
} as const;

/** Built by `npm run build`: read when a page asks for it, so that nobody else needs it. */
const BUILT = '/session-sync.direct.global.js';

/** A single-page app's static files, the SDKs as their makers build them among them. One port, two sites. */
export interface SpaSite {
  readonly port: number;
  /** the same site as an IdP at `localhost` */
  readonly local: string;
  /** another site than `localhost` */
  readonly foreign: string;
  /** what a test serves besides, by its path; before all else */
  readonly files: Map<string, SiteFile>;
  readonly close: () => Promise<void>;
}

/** A file that a test makes. */
export interface SiteFile {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Serves every path that ends in `.html` with the one page, and the scripts. */
export async function startSpaSite(): Promise<SpaSite> {
  const page = await readFile(join(SITE, 'app.html'));
  const scripts = new Map(
    await Promise.all(Object.entries(FILES).map(async ([path, file]) => [path, await readFile(file)] as const)),
  );
  const files = new Map<string, SiteFile>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const file = files.get(pathname);
    if (file !== undefined) {
      response.writeHead(200, file.headers).end(file.body);
      return;
    }
    const script = scripts.get(pathname);
    if (pathname === BUILT)
      createReadStream(`dist/browser${BUILT}`).pipe(response.setHeader('content-type', 'text/javascript'));
    else if (script !== undefined) response.setHeader('content-type', 'text/javascript').end(script);
    else if (pathname.endsWith('.html')) response.setHeader('content-type', 'text/html').end(page);
    else response.writeHead(404).end();
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () => stop(server);
  return { port, local: `http://localhost:${port}`, foreign: `http://127.0.0.1:${port}`, files, close };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function inPackage(name: string, file: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}
