import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY, runVisibly } from './run-visibly.mjs';

/**
 * Downloads Debian's package `name`, unpacks it, and puts its file `path` at `target` in one step. Needs no root, and
 * changes nothing of the system.
 */
export async function fromDebianArchive(name, path, target) {
  const folder = mkdtempSync(join(cacheFolder(), 'download-'));
  try {
    const download = (what, options) =>
      runVisibly(what, 'apt-get', [...options, '-qq', 'download', name], { cwd: folder });
    const lists = privateLists(folder);
    await download(`${name} from the Debian archive`, ['-o', 'APT::Sandbox::User=']).catch(async () => {
      // Lists that are old or missing: fetch our own, which needs no root.
      await runVisibly('apt-get update, into a private folder', 'apt-get', [...lists, '-qq', 'update']);
      await download(`${name} from the Debian archive, again`, lists);
    });
    const file = readdirSync(folder).find((entry) => entry.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', join(folder, file), folder]);
    renameSync(join(folder, path), target);
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
export function cacheFolder() {
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
