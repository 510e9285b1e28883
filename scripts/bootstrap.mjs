/**
 * Gets what the demo and the tests need on a machine with Node and npm only. Needs no package itself.
 *
 *     bootstrap.mjs                 installs the packages
 *     bootstrap.mjs nats-server     prints the path of a nats-server, after getting one if there is none
 *     bootstrap.mjs chromium        the same for Chromium, which only tests need
 *     bootstrap.mjs nginx           and for nginx
 *     bootstrap.mjs caddy           and for Caddy
 */
import { pathToFileURL } from 'node:url';
import { findChromium } from './bootstrap/chromium.mjs';
import { findEngines } from './bootstrap/engines.mjs';
import { installPackages } from './bootstrap/install-packages.mjs';
import { findNatsServer } from './bootstrap/nats-server.mjs';
import { findPostgres } from './bootstrap/postgres.mjs';
import { findCaddy, findNginx } from './bootstrap/proxies.mjs';

/** Makes sure of Node's version and of the packages of package-lock.json. Ends the process with 1 when it cannot. */
export const ensureInstalled = () => orExit(installPackages);

/** Finds or gets a nats-server, gives its path and sets NATS_SERVER_BINARY to it. Ends the process with 1 when it cannot. */
export const ensureNatsServer = () => orExit(async () => (process.env.NATS_SERVER_BINARY = await findNatsServer()));

/** Makes sure that there are Postgres binaries. Ends the process with 1 when there are none. Install first. */
export const ensurePostgres = () => orExit(findPostgres);

/** Finds or gets Chromium, gives its path and sets CHROMIUM to it. Ends the process with 1 when it cannot. */
export const ensureChromium = () => orExit(async () => (process.env.CHROMIUM = await findChromium()));

/** Finds or gets Firefox and WebKitGTK, and sets FIREFOX, WEBKIT_DRIVER and XVFB to what there is of them. */
export const ensureEngines = () => orExit(findEngines);

/** Finds or gets nginx, gives its path and sets NGINX_BINARY to it. Ends the process with 1 when it cannot. */
export const ensureNginx = () => orExit(async () => (process.env.NGINX_BINARY = await findNginx()));

/** Finds or gets Caddy, gives its path and sets CADDY_BINARY to it. Ends the process with 1 when it cannot. */
export const ensureCaddy = () => orExit(async () => (process.env.CADDY_BINARY = await findCaddy()));

async function orExit(step) {
  try {
    return await step();
  } catch (error) {
    console.error(`session-sync: ${error.message}`);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv[2] === 'nats-server') console.log(await ensureNatsServer());
  else if (process.argv[2] === 'chromium') console.log(await ensureChromium());
  else if (process.argv[2] === 'nginx') console.log(await ensureNginx());
  else if (process.argv[2] === 'caddy') console.log(await ensureCaddy());
  else await ensureInstalled();
}
