import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { natsAccessOf, natsKeys, refuseContradictions } from './nats-keys.js';

const schema = z.object(natsKeys).superRefine(refuseContradictions);
const file = import.meta.filename; // any file that can be read
const url = 'nats://127.0.0.1:4222';
const faultsOf = (keys: Readonly<Record<string, string>>): readonly string[] =>
  schema.safeParse(keys).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('the keys of NATS', () => {
  it.each([
    { NATS_URL: 'nats://notes:hunter2@a:4222' },
    { NATS_URL: 'nats://notes:hunter2@a:4222,nats://b:4222' },
    { NATS_URL: 'tls://notes:hunter2@a:4222, tls://notes:hunter2@b:4222', NATS_CA_FILE: file },
    { NATS_URL: url, NATS_NKEY_FILE: file },
    { NATS_URL: url, NATS_CREDS_FILE: file },
    { NATS_URL: 'tls://a', NATS_CERT_FILE: file, NATS_KEY_FILE: file },
    { NATS_URL: 'nats://[::1]:4222/', NATS_INBOX_PREFIX: '_INBOX.notes' },
  ])('take %j', (keys) => {
    expect(faultsOf(keys)).toEqual([]);
  });

  it.each([
    ['http://a:4222', 'NATS_URL: must be nats://'],
    ['nats://a:4222/hunter2', 'NATS_URL: must be nats://'],
    ['nats://hunter2@a:4222', 'NATS_URL: holds a token'],
    ['nats://:hunter2@a:4222', 'NATS_URL: holds a token'],
    ['nats://a:4222,tls://b:4222', 'NATS_URL: mixes'],
    ['nats://notes:hunter2@a,nats://billing:hunter2@b', 'NATS_URL: names two users'],
    ['', 'NATS_URL: must be nats://'],
  ])('refuse %s', (NATS_URL, message) => {
    const faults = faultsOf({ NATS_URL });
    expect(faults).toEqual([expect.stringContaining(message)]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it.each([
    [{ NATS_NKEY_FILE: file, NATS_CREDS_FILE: file }, 'NATS_CREDS_FILE: goes not with an nkey'],
    [{ NATS_URL: 'nats://notes:hunter2@a', NATS_NKEY_FILE: file }, 'NATS_NKEY_FILE: goes not with a password'],
    [{ NATS_URL: 'nats://notes:hunter2@a', NATS_CREDS_FILE: file }, 'NATS_CREDS_FILE: goes not with a password'],
    [{ NATS_CERT_FILE: file }, 'NATS_KEY_FILE: is missing'],
    [{ NATS_KEY_FILE: file }, 'NATS_CERT_FILE: is missing'],
    [{ NATS_CA_FILE: '/nowhere/ca.pem' }, "NATS_CA_FILE: names a file that can't be read"],
    [{ NATS_INBOX_PREFIX: '_INBOX.>' }, 'NATS_INBOX_PREFIX: must be a subject'],
    [{ NATS_INBOX_PREFIX: 'sso.v1.logout' }, 'NATS_INBOX_PREFIX: must be a subject that begins with _INBOX'],
  ])('refuse %j, and say by which key', (keys, message) => {
    expect(faultsOf({ NATS_URL: url, ...keys })).toEqual([expect.stringContaining(message)]);
  });

  it('are an access', () => {
    expect(natsAccessOf(schema.parse({ NATS_URL: url, NATS_NKEY_FILE: file }))).toMatchObject({
      urls: url,
      nkeySeedFile: file,
    });
  });
});
