import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { cacheFolder, fromDebianArchive } from './debian-archive.mjs';

const OLDEST = [2, 9];
const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

/**
 * Gives the path of a nats-server of 2.9 or newer: NATS_SERVER_BINARY, or one on PATH or in the usual folders, or the
 * one we took from the Debian archive earlier, or take now. The system is not changed and nothing needs root: the
 * package is unpacked into a cache folder, so no service starts.
 *
 * Throws, with the command to run, when there is none.
 */
export async function findNatsServer() {
  const given = process.env.NATS_SERVER_BINARY;
  if (given !== undefined) {
    if (isGood(given)) return given;
    throw new Error(`NATS_SERVER_BINARY=${given} is not a nats-server of ${OLDEST.join('.')} or newer`);
  }
  const cached = join(cacheFolder(), 'nats-server');
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((part) => part !== ''), ...USUAL_FOLDERS];
  const found = [...folders.map((folder) => join(folder, 'nats-server')), cached].find(isGood);
  if (found !== undefined) return found;
  try {
    await fromDebianArchive('nats-server', 'usr/sbin/nats-server', cached);
  } catch (error) {
    throw new Error(`${advice()} (${error.message})`, { cause: error });
  }
  if (isGood(cached)) return cached;
  throw new Error(advice());
}

function isGood(file) {
  try {
    const version = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [major, minor] = /v(\d+)\.(\d+)/.exec(version).slice(1).map(Number);
    return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  } catch {
    return false;
  }
}

function advice() {
  const commands = {
    darwin: 'brew install nats-server',
    linux: 'apt-get install nats-server (Debian, Ubuntu, as root)',
  };
  const command = commands[process.platform] ?? 'https://github.com/nats-io/nats-server/releases';
  return `no nats-server. Get one of ${OLDEST.join('.')} or newer: ${command}, or name one in NATS_SERVER_BINARY`;
}
