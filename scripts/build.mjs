/**
 * Builds everything into dist/: the Prisma clients whose schema has changed, then TypeScript, and what runs in browsers.
 *
 *     build.mjs [--generate-only]
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runPrisma } from './bootstrap/run-prisma.mjs';
import { REPOSITORY, runVisibly, say } from './bootstrap/run-visibly.mjs';

const SCHEMAS = ['prisma/hub', 'prisma/idp', 'prisma/app', 'examples/prisma'];
const STAMP = '.generated-from';

/** Generates what has changed, compiles. Rejects when a part of it fails; the compiler's own words are on stderr by then. */
export async function build({ generateOnly = false } = {}) {
  await Promise.all(SCHEMAS.map(generate));
  if (generateOnly) return;
  const compile = (name, project) =>
    runVisibly(name, process.execPath, [inModules('typescript/bin/tsc'), '-p', project]);
  await compile('tsc', 'tsconfig.build.json');
  await compile('tsc (browser)', 'libs/browser/tsconfig.build.json');
  const { bundle } = await import('./bundle.mjs'); // not at the top: its packages may not be installed yet
  await bundle();
}

async function generate(place) {
  const folder = join(REPOSITORY, place);
  const schemaFile = join(folder, 'schema.prisma');
  if (!existsSync(schemaFile)) return say(`${place} has no schema yet`);
  const files = readdirSync(folder).filter((name) => name.endsWith('.prisma')); // a schema may have several
  const schema = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  const generator = readFileSync(inModules('prisma/package.json'), 'utf8');
  const hash = createHash('sha256').update(schema).update(generator).digest('hex');
  const stamp = join(folder, outputOf(schema), STAMP); // in the output: whoever removes that removes it too
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  await runPrisma(`prisma generate (${place})`, place, ['generate'], { quiet: true });
  writeFileSync(stamp, hash);
}

function outputOf(schema) {
  const output = /^\s*output\s*=\s*"([^"]+)"/m.exec(schema)?.[1];
  if (output === undefined) throw new Error('a schema.prisma names no output folder');
  return output;
}

const inModules = (path) => join(REPOSITORY, 'node_modules', path);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await build({ generateOnly: process.argv.includes('--generate-only') });
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
