import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { LibIndexes } from './exported-names.js';
import type { EntryPoint } from './library.js';
import { straighten } from './straighten.js';

/** What belongs to the package. */
export interface Collected {
  /** texts by their path in the package */
  readonly files: ReadonlyMap<string, string>;
  /** names of the packages that the files import */
  readonly packages: ReadonlySet<string>;
}

/**
 * Gathers the built files, JavaScript and declarations, that the entries need, and nothing else.
 *
 * @param libs the built libs: `dist/libs`
 * @throws Error when a generated Prisma client is among them: whoever uses the library has their own
 */
export function collect(libs: string, entryPoints: Readonly<Record<string, EntryPoint>>): Collected {
  const indexes = new LibIndexes(libs);
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const take = (path: string, built: string): void => {
    if (files.has(path)) return;
    if (path.includes('/generated/')) throw new Error(`the library must not need ${path}`);
    const { text, files: needed, packages: foreign } = straighten(path, built, indexes);
    files.set(path, text);
    for (const name of foreign) packages.add(packageOf(name));
    for (const file of needed.map((each) => (path.endsWith('.d.ts') ? declarationsOf(each) : each)))
      take(file, readFileSync(join(libs, file), 'utf8'));
  };
  for (const [name, entryPoint] of Object.entries(entryPoints)) {
    take(`${name}.js`, entryText(entryPoint));
    take(`${name}.d.ts`, entryText(entryPoint));
  }
  return { files, packages };
}

/** An entry stands beside the libs' folders. */
function entryText({ lib, names }: EntryPoint): string {
  return names === undefined
    ? `export * from './${lib}/src/index.js';\n`
    : `export { ${names.join(', ')} } from '#${lib}';\n`;
}

const declarationsOf = (file: string): string => file.replace(/\.js$/, '.d.ts');

/** Gives the package that a specifier names: `@nats-io/x/y` is `@nats-io/x`. */
const packageOf = (specifier: string): string =>
  posix.join(...specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1));
