import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type NatsConnection, nkeys } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import { connectNats, type NatsAccess } from '#bus';
import { createRunFolder, type Guard, startGuard } from '../../scripts/stack/guard.js';
import { type NatsServer, startNats } from '../../scripts/stack/nats.js';
import { type CertificateFiles, TestAuthority } from '../support/certificates.js';
import { expiredTls } from '../support/expired-tls.js';
import { TestOperator } from '../support/nats-jwt.js';
import { until } from '../support/until.js';

const seedOf = (keys: { getSeed(): Uint8Array }): string => Buffer.from(keys.getSeed()).toString();

describe('a connection to NATS', () => {
  let guard: Guard;
  let dir: string;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let lines: string[];
  let stopping: AbortController;
  const open: NatsConnection[] = [];

  beforeAll(async () => {
    dir = await createRunFolder('nats-access');
    guard = await startGuard(dir);
    authority = await TestAuthority.make(dir, 'authority');
    stranger = await TestAuthority.make(dir, 'stranger');
  }, 60_000);
  afterAll(() => guard.stopAll());
  beforeEach(() => {
    [lines, stopping] = [[], new AbortController()];
    const keep = (line: unknown): number => lines.push(String(line));
    Logger.overrideLogger({ log: keep, warn: keep, error: keep });
  });
  afterEach(async () => {
    stopping.abort();
    await Promise.all(open.splice(0).map((connection) => connection.close()));
    Logger.overrideLogger(undefined as never);
  });

  async function serve(name: string, access: string): Promise<NatsServer> {
    const folder = join(dir, name);
    await mkdir(folder, { recursive: true });
    return startNats(guard, { dir: folder, access });
  }

  const tls = ({ cert, key }: CertificateFiles, more = ''): string =>
    `authorization { user: notes, password: "very-secret" }\ntls { cert_file: "${cert}", key_file: "${key}", ${more} timeout: 5 }`;

  async function expectIn(access: NatsAccess): Promise<NatsConnection> {
    const connection = await connectNats(access, 'notes', stopping.signal);
    open.push(connection);
    expect(await connection.rtt()).toBeGreaterThanOrEqual(0);
    return connection;
  }

  /** The connection waits, and the log says for what. */
  async function expectOut(access: NatsAccess, reason: RegExp): Promise<void> {
    const waiting = connectNats(access, 'notes', stopping.signal).then(
      (connection) => void open.push(connection),
      () => 'stopped',
    );
    await until('the log says why', () => Promise.resolve(lines.some((line) => reason.test(line)) || undefined));
    expect(open).toEqual([]);
    stopping.abort();
    await waiting;
    expect(lines.join('\n')).not.toMatch(/very-secret|SU[A-Z2-7]{20}|BEGIN/);
  }

  describe('over TLS', () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = await serve('tls', tls(await authority.issue('named', 'DNS:localhost')));
    });
    const at = (host: string, ca?: TestAuthority): NatsAccess => ({
      urls: `tls://notes:very-secret@${host}:${server.port}`,
      tls: { caFile: ca?.files.cert },
    });

    it('is made with a server whose certificate the CA has signed, for its name', async () => {
      expect((await expectIn(at('localhost', authority))).info?.tls_required).toBe(true);
    });

    it('is made when the CA alone asks for TLS', async () => {
      const access = {
        urls: `nats://notes:very-secret@localhost:${server.port}`,
        tls: { caFile: authority.files.cert },
      };
      expect((await expectIn(access)).info?.tls_required).toBe(true);
    });

    it('is not made when the certificate is of another CA', () =>
      expectOut(at('localhost', stranger), /self-signed|unable to/));
    it('is not made when nobody trusts the CA', () => expectOut(at('localhost'), /self-signed|unable to/));
    it('is not made by an address that the certificate does not name', () =>
      expectOut(at('127.0.0.1', authority), /altnames/));

    it('is made by an address that the certificate names', async () => {
      const numbered = await serve('tls-ip', tls(await authority.issue('numbered', 'IP:127.0.0.1')));
      const access = {
        urls: `tls://notes:very-secret@127.0.0.1:${numbered.port}`,
        tls: { caFile: authority.files.cert },
      };
      await expectIn(access);
    });

    it('is not made with a server of another name', async () => {
      const other = await serve('tls-other', tls(await authority.issue('other', 'DNS:other.test')));
      const access = { urls: `tls://notes:very-secret@localhost:${other.port}`, tls: { caFile: authority.files.cert } };
      await expectOut(access, /altnames/);
    });

    it('is not made with a certificate that has expired', async () => {
      const files = { cert: join(dir, 'expired.pem'), key: join(dir, 'expired.key') };
      await writeFile(files.cert, expiredTls.cert);
      await writeFile(files.key, expiredTls.key);
      const expired = await serve('tls-expired', tls(files));
      const access = { urls: `tls://notes:very-secret@localhost:${expired.port}`, tls: { caFile: files.cert } };
      await expectOut(access, /expired/);
    });

    it('is not made, and no password is told, when a server says that it has no TLS', async () => {
      let heard = '';
      const info = { server_id: 'N', version: '2.9.10', proto: 1, max_payload: 1_048_576, headers: true };
      const bare = createServer((socket) => {
        socket.on('data', (bytes) => (heard += bytes.toString()));
        socket.on('error', () => undefined);
        socket.write(`INFO ${JSON.stringify(info)}\r\n`);
      });
      await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
      const { port } = bare.address() as AddressInfo;
      await expectOut(`tls://notes:very-secret@127.0.0.1:${port}`, /does not support 'tls'/);
      expect(heard).toBe('');
      bare.close();
    });

    it('shows its own certificate to a server that asks for one', async () => {
      const asks = await serve(
        'tls-mutual',
        tls(await authority.issue('asks', 'DNS:localhost'), `ca_file: "${authority.files.cert}", verify: true,`),
      );
      const urls = `tls://notes:very-secret@localhost:${asks.port}`;
      const own = await authority.issue('notes', 'DNS:notes');
      const foreign = await stranger.issue('notes', 'DNS:notes');
      const with_ = ({ cert, key }: CertificateFiles): NatsAccess => ({
        urls,
        tls: { caFile: authority.files.cert, certFile: cert, keyFile: key },
      });
      await expectIn(with_(own));
      await open.splice(0)[0]?.close();
      await expectOut(with_(foreign), /bus\.connect\.failed/);
      [lines, stopping] = [[], new AbortController()];
      await expectOut({ urls, tls: { caFile: authority.files.cert } }, /bus\.connect\.failed/);
    });
  });

  describe('with an nkey', () => {
    const [mine, foreign] = [nkeys.createUser(), nkeys.createUser()];
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(dir, name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    };

    it('is made by the seed in the file, which may be renewed while the connection is there', async () => {
      const server = await serve('nkey', `authorization { users: [{ nkey: ${mine.getPublicKey()} }] }`);
      const nkeySeedFile = await file('mine.nk', `# of notes\n${seedOf(mine)}\n`);
      const connection = await expectIn({ urls: `nats://127.0.0.1:${server.port}`, nkeySeedFile });
      await file('mine.nk', 'half a fil');
      await file('mine.nk', `${seedOf(mine)}\n`);
      await connection.reconnect();
      await until('it is back', async () => connection.rtt().catch(() => undefined));
    });

    it('is not made by another seed', async () => {
      const server = await serve('nkey-foreign', `authorization { users: [{ nkey: ${mine.getPublicKey()} }] }`);
      const nkeySeedFile = await file('foreign.nk', seedOf(foreign));
      await expectOut({ urls: `nats://127.0.0.1:${server.port}`, nkeySeedFile }, /authorization violation/i);
    });

    it.each([
      ['is not there', undefined],
      ['holds no seed', 'SUNOSEED'],
    ])('is not made while the file %s', async (name, text) => {
      const server = await serve(`nkey-${name}`, `authorization { users: [{ nkey: ${mine.getPublicKey()} }] }`);
      const nkeySeedFile = text === undefined ? join(dir, 'nowhere.nk') : await file('wrong.nk', text);
      await expectOut({ urls: `nats://127.0.0.1:${server.port}`, nkeySeedFile }, /bus\.connect\.failed/);
    });
  });

  describe('with a credentials file', () => {
    const [operator, stranger] = [new TestOperator(), new TestOperator()];
    const file = async (name: string, by: TestOperator): Promise<string> => {
      const path = join(dir, name);
      await writeFile(path, by.credentials('notes', ['sso.v1.receipt.notes']), { mode: 0o600 });
      return path;
    };

    it('is made by the JWT of a user whom the operator’s account has let in, with the rights in it', async () => {
      const server = await serve('jwt', operator.access);
      const credsFile = await file('notes.creds', operator);
      const connection = await expectIn({ urls: `nats://127.0.0.1:${server.port}`, credsFile });
      await expect(connection.request('sso.v1.logout.x', '{}', { timeout: 2_000 })).rejects.toThrow(/permissions/i);
    });

    it('is not made by the JWT of somebody else’s account', async () => {
      const server = await serve('jwt-foreign', operator.access);
      const credsFile = await file('foreign.creds', stranger);
      await expectOut({ urls: `nats://127.0.0.1:${server.port}`, credsFile }, /authorization violation/i);
    });
  });

  it('is not even tried with what contradicts itself', async () => {
    const access = { urls: 'nats://notes:very-secret@127.0.0.1:4222', nkeySeedFile: '/run/notes.nk' };
    await expect(connectNats(access, 'notes')).rejects.toThrow(/nkeySeedFile goes not with a password/);
    await expect(connectNats('nats://a-token@127.0.0.1:4222', 'notes')).rejects.toThrow(
      /^(?!.*a-token).*holds a token/,
    );
  });
});
