import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REPOSITORY, runVisibly } from './run-visibly.mjs';

const OLDEST_NODE = [20, 19];

/** Runs `npm ci` unless node_modules already is what package-lock.json asks for. Rejects when that fails. */
export async function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Error(
      `needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node} (${process.execPath})`,
    );
  }
  if (isInstalled()) return;
  // npm tells its scripts where it is itself; that one surely belongs to this Node.
  const npm = process.env.npm_execpath ?? '';
  const [command, ...first] = basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
  await runVisibly('npm ci', command, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Compares the lock file with the list that npm keeps, and writes last, of what it has put into node_modules. */
function isInstalled() {
  try {
    const wanted = packagesOf('package-lock.json');
    const present = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
      if (path === '') return true; // the project itself
      const found = present[path];
      return found === undefined ? optional : found.version === version && found.integrity === integrity;
    });
  } catch {
    return false;
  }
}

const packagesOf = (file) => JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8')).packages;
