import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the checkout. These files run from their sources (Jest) and from `dist/`. */
export const REPOSITORY = ancestorWith('package.json', import.meta.dirname);

function ancestorWith(file: string, folder: string): string {
  return existsSync(join(folder, file)) ? folder : ancestorWith(file, dirname(folder));
}
