import { buildSync } from 'esbuild';

const ENTRY = 'libs/browser/src/index.ts';

/** Bundles the script of one mode of the browser SDK, global `sessionSync`, from the sources as they are now. */
export function sdkScript(mode: 'gateway' | 'direct' | 'accounts' | 'watch'): string {
  return bundle({ entryPoints: [`libs/browser/src/scripts/${mode}.ts`], format: 'iife' });
}

/** Bundles a module that imports `#browser` as an app's bundler would: what it does not use is left out. */
export function bundleWithSdk(source: string): string {
  return bundle({ stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' }, format: 'esm' });
}

/** At once: a build that is waited for keeps a process, in each worker of Jest, for as long as that lives. */
function bundle(options: Parameters<typeof buildSync>[0]): string {
  const { outputFiles } = buildSync({
    ...options,
    ...{ absWorkingDir: process.cwd(), alias: { '#browser': `${process.cwd()}/${ENTRY}` }, bundle: true, minify: true },
    ...{ target: 'es2022', legalComments: 'none', write: false, tsconfig: 'libs/browser/tsconfig.json' },
  });
  return outputFiles[0]?.text ?? '';
}
