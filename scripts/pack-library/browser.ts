import { appendFile, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import ts from 'typescript';
import { REPOSITORY } from '../stack/repository.js';
import type { PackedFolder } from './pack.js';

/** How the browser SDK is called outside. */
export const BROWSER_SDK = '@session-sync/browser';

/** The name by which the scripts give what they export. */
export const GLOBAL = 'sessionSync';

/** One for each mode: a page uses one. */
export const SCRIPTS = [
  'session-sync.global.js',
  'session-sync.direct.global.js',
  'session-sync.accounts.global.js',
  'session-sync.watch.global.js',
];

const FILES: Readonly<Record<string, string>> = {
  'dist/browser/session-sync.js': 'session-sync.min.js',
  'dist/browser/session-sync.js.map': 'session-sync.min.js.map',
  ...Object.fromEntries(SCRIPTS.flatMap((file) => [file, `${file}.map`]).map((file) => [`dist/browser/${file}`, file])),
  LICENSE: 'LICENSE',
  'libs/browser/package/README.md': 'README.md',
};

/** Makes the package of the browser SDK in `folder`, from the build. What was there is removed first. */
export async function packBrowserSdk(folder: string): Promise<PackedFolder> {
  const own = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as Record<string, unknown>;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [from, to] of Object.entries(FILES)) await copyFile(join(REPOSITORY, from), join(folder, to));
  await pointToMap(join(folder, 'session-sync.min.js'));
  moduleForBundlers(join(folder, 'session-sync.js'));
  await takeTypes('index.d.ts', join(folder, 'types'));
  await appendFile(join(folder, 'types/index.d.ts'), `export as namespace ${GLOBAL};\n`);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifestOf(own), undefined, 2)}\n`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return { folder, files: entries.filter((entry) => entry.isFile()).length };
}

/** Takes the declarations along that this one needs: not what the build of another day has left, nor what is inside only. */
async function takeTypes(path: string, target: string): Promise<void> {
  const from = join(REPOSITORY, 'dist/browser/types', path);
  const text = await readFile(from, 'utf8');
  await mkdir(dirname(join(target, path)), { recursive: true });
  await writeFile(join(target, path), text);
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles)
    await takeTypes(join(dirname(path), fileName.replace(/\.js$/, '.d.ts')), target);
}

/** Bundlers take out what is not used, by marks that a minified file has lost. */
function moduleForBundlers(outfile: string): void {
  buildSync({
    ...{ absWorkingDir: REPOSITORY, entryPoints: ['libs/browser/src/index.ts'], outfile, bundle: true, format: 'esm' },
    ...{ target: 'es2022', legalComments: 'none', logLevel: 'error', tsconfig: 'libs/browser/tsconfig.json' },
  });
}

async function pointToMap(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/(?<=sourceMappingURL=).*/, 'session-sync.min.js.map'));
}

function manifestOf({ version, license }: Readonly<Record<string, unknown>>): object {
  const types = './types/index.d.ts';
  return {
    ...{ name: BROWSER_SDK, version, license },
    description: 'Silent sign-in and single logout in the browser: one session for many apps',
    keywords: ['openid-connect', 'silent-sign-in', 'single-logout', 'sso', 'prompt-none', 'session-management'],
    ...{ type: 'module', sideEffects: false, main: './session-sync.js', module: './session-sync.js', types },
    ...{ unpkg: './session-sync.global.js', jsdelivr: './session-sync.global.js' },
    exports: {
      '.': { types, default: './session-sync.js' },
      './session-sync.min.js': { types, default: './session-sync.min.js' },
      ...Object.fromEntries(SCRIPTS.map((file) => [`./${file}`, `./${file}`])),
      './package.json': './package.json',
    },
  };
}
