import { access, chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A folder of secret files. A file is readable by its owner and one group, whoever reads it, and by nobody else;
 * it is there whole or not at all, also when the process is killed while it writes.
 */
export class SecretFolder {
  constructor(private readonly path: string) {}

  /** Gives what the file holds, without its line end. If it is not there, it is made first; else it is left as it is. */
  async keep(name: string, gid: number, make: () => string | Promise<string>): Promise<string> {
    if (!(await this.has(name))) await this.replace(name, gid, await make());
    return this.read(name);
  }

  /** Gives what the file holds, without its line end. @throws the file system's own error when it is not there */
  async read(name: string): Promise<string> {
    return (await readFile(join(this.path, name), 'utf8')).trim();
  }

  /** Writes the file, in place of one that is there: for what follows from the secrets. */
  async replace(name: string, gid: number, text: string): Promise<void> {
    const draft = join(this.path, `.${name}.new`);
    await rm(draft, { force: true }); // an earlier run was killed
    await writeFile(draft, `${text}\n`, { mode: 0o440, flag: 'wx' });
    await chown(draft, -1, gid);
    await rename(draft, join(this.path, name));
  }

  private has(name: string): Promise<boolean> {
    return access(join(this.path, name)).then(
      () => true,
      () => false,
    );
  }
}
