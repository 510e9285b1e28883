import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { REPOSITORY, runVisibly } from './run-visibly.mjs';

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
    await fromDebianArchive(cached);
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

/** Downloads Debian's package, unpacks it, and puts its binary at `target` in one step. */
async function fromDebianArchive(target) {
  const folder = mkdtempSync(join(cacheFolder(), 'download-'));
  try {
    const download = (what, options) =>
      runVisibly(what, 'apt-get', [...options, '-qq', 'download', 'nats-server'], { cwd: folder });
    const lists = privateLists(folder);
    await download('nats-server from the Debian archive', ['-o', 'APT::Sandbox::User=']).catch(async () => {
      // Lists that are old or missing: fetch our own, which needs no root.
      await runVisibly('apt-get update, into a private folder', 'apt-get', [...lists, '-qq', 'update']);
      await download('nats-server from the Debian archive, again', lists);
    });
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', join(folder, file), folder]);
    renameSync(join(folder, 'usr', 'sbin', 'nats-server'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function privateLists(folder) {
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  const settings = {
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': '',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** Of this person, shared by checkouts; in the checkout when there is no home to write to. */
function cacheFolder() {
  const home = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const own = join(home, 'session-sync');
  const fallback = join(REPOSITORY, 'node_modules', '.cache', 'session-sync');
  for (const folder of [own, fallback]) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      // the next one
    }
  }
  throw new Error(`neither ${own} nor ${fallback} can be written`);
}
