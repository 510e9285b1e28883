import { execFile } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/** Runs an app as somebody would who got its environment wrong. */
function run(app: string, env: Readonly<Record<string, string>>, argv: readonly string[] = []) {
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 20_000 };
    execFile(process.execPath, [`dist/apps/${app}/src/main.js`, ...argv], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe('an app with a wrong environment', () => {
  it.each([
    [
      'gateway',
      [
        'PORT',
        'HUB_DATABASE_URL',
        'FRONT_ENDS',
        'ISSUER',
        'CLIENT_ID',
        'CLIENT_SECRET',
        'UPSTREAMS',
        'GATEWAY_URL',
        'ASSERTION_KEY',
        'TOKEN_KEYS',
      ],
    ],
    ['session-poller', ['PORT', 'HUB_DATABASE_URL', 'NATS_URL', 'ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'TOKEN_KEYS']],
    ['notes', ['PORT', 'DATABASE_URL', 'NATS_URL', 'GATEWAY_URL', 'TRUSTED_ISSUER']],
    ['billing', ['PORT', 'DATABASE_URL', 'NATS_URL', 'GATEWAY_URL', 'TRUSTED_ISSUER']],
    [
      'idp',
      [
        'PORT',
        'IDP_ISSUER',
        'IDP_DATABASE_URL',
        'IDP_OPERATOR_PORT',
        'IDP_OPERATOR_TOKEN',
        'IDP_SECRET_KEYS',
        'IDP_COOKIE_KEYS',
        'IDP_CLIENTS',
      ],
    ],
  ])('%s: names every missing key at once, and exits 78', async (app, keys) => {
    const { code, stderr, stdout } = await run(app, {});
    expect(code).toBe(78);
    expect(stdout).toBe('');
    for (const key of keys) expect(stderr).toContain(`  ${key}: is required\n`);
    expect(stderr.match(/is required/g)).toHaveLength(keys.length);
  });

  it('names what is wrong with each value, and repeats none of them', async () => {
    const { code, stderr } = await run('gateway', {
      ...{
        PORT: 'http',
        HUB_DATABASE_URL: 'mysql://root:hunter2@db',
        FRONT_ENDS: 'https://a.example.com/',
        ISSUER: 'idp',
        CLIENT_ID: 'x',
        CLIENT_SECRET: 'x',
      },
      ...{
        UPSTREAMS: 'notes',
        GATEWAY_URL: 'gateway',
        ASSERTION_KEY: '{"kty":"RSA"}',
        TOKEN_KEYS: 'k1:c2hvcnQ=',
        SCOPES: 'profile',
      },
    });
    expect(code).toBe(78);
    for (const key of [
      'PORT',
      'HUB_DATABASE_URL',
      'FRONT_ENDS',
      'ISSUER',
      'UPSTREAMS',
      'GATEWAY_URL',
      'ASSERTION_KEY',
      'TOKEN_KEYS',
      'SCOPES',
    ]) {
      expect(stderr).toContain(`  ${key}: `);
    }
    expect(stderr).not.toContain('hunter2');
    expect(stderr).not.toContain('c2hvcnQ=');
  });

  it('the poller takes no interval that is shorter than its profile’s, unless loudly', async () => {
    const { code, stderr } = await run('session-poller', { POLL_INTERVAL_S: '5', ISSUER_PROFILE: 'keycloak' });
    expect(code).toBe(78);
    expect(stderr).toContain('POLL_INTERVAL_S: is shorter than the issuer profile permits');
    expect(stderr).toContain('NATS_URL: is required');
    expect((await run('session-poller', { POLL_INTERVAL_S: '5', UNSAFE_POLL_INTERVAL_S: '5' })).stderr).not.toContain(
      'POLL_INTERVAL_S:',
    );
  });

  it('a key that is given twice, or whose file is missing, is named', async () => {
    const { stderr } = await run('notes', {
      NATS_URL: 'nats://x',
      NATS_URL_FILE: '/x',
      DATABASE_URL_FILE: '/does/not/exist',
    });
    expect(stderr).toContain('NATS_URL: is set twice');
    expect(stderr).toContain('DATABASE_URL: DATABASE_URL_FILE names /does/not/exist');
  });

  it.each(['gateway', 'session-poller', 'notes', 'billing', 'idp'])(
    '%s --help prints every key and starts nothing',
    async (app) => {
      const { code, stdout } = await run(app, {}, ['--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('PORT (required)');
    },
  );
});
