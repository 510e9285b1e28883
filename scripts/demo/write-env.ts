import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/** The dotenv file of a running demo. */
export interface EnvFile {
  /** Removes the file: its addresses and passwords are of no use once the demo has stopped. */
  remove(): Promise<void>;
}

/**
 * Writes `values` as a dotenv file that only its owner may read. Whoever waits for the file sees all of it or nothing.
 *
 * @throws the file system's own error when the folder can't be written
 */
export async function writeEnv(path: string, values: ReadonlyMap<string, string>): Promise<EnvFile> {
  const text = [...values].map(([key, value]) => `${key}=${quote(value)}\n`).join('');
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return { remove: () => rm(path, { force: true }) };
}

/** Leaves plain values bare, so that `source FILE` and every dotenv reader agree; single quotes keep the rest as it is. */
function quote(value: string): string {
  if (/^[\w.:/@%+,=-]*$/.test(value)) return value;
  if (/['\n]/.test(value)) throw new TypeError('a dotenv value holds neither a single quote nor a line break');
  return `'${value}'`;
}
