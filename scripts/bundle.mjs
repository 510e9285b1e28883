/**
 * Bundles what runs in browsers: the SDK as a module and as one script, and the demo's pages. Nothing of it needs a server that
 * builds on request.
 *
 *     dist/browser/session-sync.js           ES module
 *     dist/browser/session-sync.global.js    one script for gateway mode: `sessionSync`
 *     dist/browser/session-sync.<mode>.global.js    the same for the other modes
 *     dist/web/<page>/                       the demo's pages, ready to be served
 */
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { REPOSITORY } from './bootstrap/run-visibly.mjs';

const SDK = join(REPOSITORY, 'libs/browser/src/index.ts');
const SCRIPTS = {
  gateway: 'session-sync.global.js',
  direct: 'session-sync.direct.global.js',
  accounts: 'session-sync.accounts.global.js',
  watch: 'session-sync.watch.global.js',
};
const PAGES = join(REPOSITORY, 'apps/web/pages');
const OPTIONS = {
  absWorkingDir: REPOSITORY,
  alias: { '#browser': SDK },
  bundle: true,
  minify: true,
  target: 'es2022', // every browser since 2022
  legalComments: 'none',
  logLevel: 'error',
  sourcemap: true,
  tsconfig: 'libs/browser/tsconfig.json',
};

/** Bundles everything. Rejects with the compiler's own words. */
export async function bundle() {
  const script = ([mode, file]) =>
    build({ ...OPTIONS, entryPoints: [`libs/browser/src/scripts/${mode}.ts`], outfile: `dist/browser/${file}` });
  await Promise.all([
    build({ ...OPTIONS, entryPoints: [SDK], format: 'esm', outfile: 'dist/browser/session-sync.js' }),
    ...Object.entries(SCRIPTS).map(script),
    bundlePages(),
  ]);
}

/** A page is a folder with `main.ts`; what else is in it goes along as it is, and so does what is in `parts`. */
async function bundlePages() {
  const folders = (await readdir(PAGES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const pages = folders.map(({ name }) => name).filter((name) => name !== 'parts');
  await Promise.all(
    pages.map(async (page) => {
      const target = join(REPOSITORY, 'dist/web', page);
      await rm(target, { recursive: true, force: true });
      await mkdir(target, { recursive: true });
      for (const from of [join(PAGES, 'parts'), join(PAGES, page)])
        await cp(from, target, { recursive: true, filter: (path) => !path.endsWith('.ts') });
      await build({ ...OPTIONS, entryPoints: [join(PAGES, page, 'main.ts')], format: 'esm', outdir: target });
    }),
  );
}
