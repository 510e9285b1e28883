import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { cacheFolder, fromDebianArchive } from './debian-archive.mjs';

const USUAL_FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The proxies whose configurations are tested for real. `wants` is what `says` must print. */
const NGINX = {
  name: 'nginx',
  variable: 'NGINX_BINARY',
  path: 'usr/sbin/nginx',
  says: ['-V'],
  wants: /http_auth_request_module/,
};
const CADDY = {
  name: 'caddy',
  variable: 'CADDY_BINARY',
  path: 'usr/bin/caddy',
  says: ['version'],
  wants: /^v?2\.(?:[6-9]|\d\d)/,
};

/** Gives the path of an nginx with auth_request. @throws Error with the command to run, when there is none. */
export const findNginx = () => findProxy(NGINX);

/** Gives the path of a Caddy of 2.6 or newer. @throws Error with the command to run, when there is none. */
export const findCaddy = () => findProxy(CADDY);

/**
 * Gives the one that the variable names, or one on PATH or in the usual folders, or the one that we took from the Debian
 * archive earlier, or take now: its binary alone, so no service starts.
 */
async function findProxy(proxy) {
  const { name, variable, path } = proxy;
  const given = process.env[variable];
  if (given !== undefined) {
    if (isGood(given, proxy)) return given;
    throw new Error(`${variable}=${given} is no ${name} that can be used`);
  }
  const cached = join(cacheFolder(), name);
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((part) => part !== ''), ...USUAL_FOLDERS];
  const found = [...folders.map((folder) => join(folder, name)), cached].find((file) => isGood(file, proxy));
  if (found !== undefined) return found;
  try {
    await fromDebianArchive(name, path, cached);
  } catch (error) {
    throw new Error(`${adviceOn(proxy)} (${error.message})`, { cause: error });
  }
  if (isGood(cached, proxy)) return cached;
  throw new Error(adviceOn(proxy));
}

function isGood(file, { says, wants }) {
  const { status, stdout, stderr } = spawnSync(file, says, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 && wants.test(`${stdout}${stderr}`);
}

function adviceOn({ name, variable }) {
  const commands = { darwin: `brew install ${name}`, linux: `apt-get install ${name} (Debian, Ubuntu, as root)` };
  const command = commands[process.platform] ?? `see the pages of ${name}`;
  return `no ${name}, which the tests of forward-auth need. Get one: ${command}, or name one in ${variable}`;
}
