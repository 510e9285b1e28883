/**
 * Bundles what runs in browsers: the SDK as a module and as one script, and the demo's pages. Nothing of it needs a server that
 * builds on request.
 *
 *     dist/browser/session-sync.js           ES module
 *     dist/browser/session-sync.global.js    one script: `sessionSync`
 *     dist/web/<page>/                       the demo's pages, ready to be served
 */
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { REPOSITORY } from './bootstrap/run-visibly.mjs';

const SDK = join(REPOSITORY, 'libs/browser/src/index.ts');
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
  const sdk = (format, file) =>
    build({ ...OPTIONS, entryPoints: [SDK], format, globalName: 'sessionSync', outfile: `dist/browser/${file}` });
  await Promise.all([sdk('esm', 'session-sync.js'), sdk('iife', 'session-sync.global.js'), bundlePages()]);
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
