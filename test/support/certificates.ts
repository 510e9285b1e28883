import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The paths of a certificate and its key, both PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test, made by openssl in a folder of the test. */
export class TestAuthority {
  private constructor(
    private readonly dir: string,
    private readonly name: string,
    readonly files: CertificateFiles,
  ) {}

  static async make(dir: string, name: string): Promise<TestAuthority> {
    const files = { cert: join(dir, `${name}.pem`), key: join(dir, `${name}.key`) };
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-keyout', files.key, '-out', files.cert],
    ]);
    return new TestAuthority(dir, name, files);
  }

  /** Issues a certificate for `altNames` (`DNS:localhost,IP:127.0.0.1`). */
  async issue(name: string, altNames: string): Promise<CertificateFiles> {
    const base = join(this.dir, `${this.name}-${name}`);
    const files = { cert: `${base}.pem`, key: `${base}.key` };
    await run('openssl', [
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`],
      ...['-keyout', files.key, '-out', `${base}.csr`],
    ]);
    await writeFile(`${base}.ext`, `subjectAltName=${altNames}\n`);
    await run('openssl', [
      ...['x509', '-req', '-in', `${base}.csr`, '-CA', this.files.cert, '-CAkey', this.files.key, '-CAcreateserial'],
      ...['-days', '1', '-extfile', `${base}.ext`, '-out', files.cert],
    ]);
    return files;
  }
}
