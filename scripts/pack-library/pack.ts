import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../stack/repository.js';
import { collect } from './collect.js';
import { ENCLOSED, ENTRY_POINTS, LIBRARY, PEERS } from './library.js';

/** A package, as a folder. */
export interface PackedFolder {
  readonly folder: string;
  readonly files: number;
}

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Makes the package in `folder`, from the build. What was there is removed first.
 *
 * @throws Error when a lib uses what the repository's package.json does not name, or what can not be taken along
 */
export async function packLibrary(folder: string): Promise<PackedFolder> {
  const { files, packages } = collect(join(REPOSITORY, 'dist/libs'), ENTRY_POINTS);
  const own = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as Manifest;
  await rm(folder, { recursive: true, force: true });
  const texts = new Map([...files, ['package.json', manifestOf(own, packages)]]);
  for (const [path, text] of texts) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const [from, to] of Object.entries(ENCLOSED)) {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await copyFile(join(REPOSITORY, from), join(folder, to));
  }
  return { folder, files: texts.size + Object.keys(ENCLOSED).length };
}

/** Lets what runs from `dist/` (the examples) find the package in `folder` by its name. */
export async function linkLibrary(folder: string): Promise<void> {
  const link = join(REPOSITORY, 'dist/node_modules', LIBRARY);
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { force: true });
  await symlink(folder, link, 'dir');
}

/** Makes the file that `npm install` takes; gives its path and its size in bytes. */
export async function toTarball(
  folder: string,
  destination: string,
): Promise<{ readonly file: string; readonly bytes: number }> {
  await mkdir(destination, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: folder });
  const [packed] = JSON.parse(stdout) as [{ readonly filename: string }];
  const file = join(destination, packed.filename);
  return { file, bytes: (await stat(file)).size };
}

function manifestOf({ version, license, engines, dependencies }: Manifest, packages: ReadonlySet<string>): string {
  const needed = [...packages].filter((name) => !(name in PEERS)).sort();
  const ranges = needed.map((name): [string, string] => {
    const pinned = dependencies[name];
    if (pinned === undefined) throw new Error(`the library needs ${name}, which package.json does not name`);
    return [name, `^${pinned}`];
  });
  const entries = Object.keys(ENTRY_POINTS).map((name): [string, object] => [
    name === 'index' ? '.' : `./${name}`,
    { types: `./${name}.d.ts`, default: `./${name}.js` },
  ]);
  const manifest = {
    ...{ name: LIBRARY, version, license },
    description: 'Makes a Nest service forget a person when their session at the identity provider ends',
    ...{ type: 'module', sideEffects: false, engines, main: './index.js', types: './index.d.ts' },
    exports: { ...Object.fromEntries(entries), './package.json': './package.json' },
    dependencies: Object.fromEntries(ranges),
    peerDependencies: PEERS,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
