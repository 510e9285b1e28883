import { execFile } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/** Runs an app as somebody would who got its environment wrong. */
function run(app: string, env: Readonly<Record<string, string>>, argv: readonly string[] = []) {
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 60_000 };
    execFile(process.execPath, [`dist/apps/${app}/src/main.js`, ...argv], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe('an app with a wrong environment', () => {
  it.each([
    ['gateway', ['PORT', 'HUB_DATABASE_URL', 'FRONT_ENDS', 'GATEWAY_URL', 'ASSERTION_KEYS', 'TOKEN_KEYS']],
    ['session-poller', ['PORT', 'HUB_DATABASE_URL', 'NATS_URL', 'IDPS', 'TOKEN_KEYS']],
    ['notes', ['PORT', 'DATABASE_URL', 'NATS_URL', 'GATEWAY_URL', 'TRUSTED_ISSUER']],
    ['web', ['PORT', 'HUB_DATABASE_URL', 'TIMELINE_URL', 'FRONT_ENDS', 'SERVICES']],
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
        FRONT_ENDS: 'frontEnds: []',
      },
      ...{
        GATEWAY_URL: 'gateway',
        ASSERTION_KEYS: '{"kty":"RSA"}',
        TOKEN_KEYS: 'k1:c2hvcnQ=',
      },
    });
    expect(code).toBe(78);
    for (const key of ['PORT', 'HUB_DATABASE_URL', 'GATEWAY_URL', 'ASSERTION_KEYS', 'TOKEN_KEYS']) {
      expect(stderr).toContain(`  ${key}: `);
    }
    expect(stderr).not.toContain('hunter2');
    expect(stderr).not.toContain('c2hvcnQ=');
  });

  describe('and a gateway whose front ends’ file is wrong', () => {
    const usual = {
      ...{ PORT: '1', HUB_DATABASE_URL: 'postgres://hub', GATEWAY_URL: 'https://a.example' },
      ...{ ASSERTION_KEYS: '{"kty":"EC","crv":"P-256","d":"x","kid":"k"}', TOKEN_KEYS: `k1:${'A'.repeat(43)}=` },
    };
    const withFile = (lines: readonly string[]) => run('gateway', { ...usual, FRONT_ENDS: lines.join('\n') });

    it('names every fault with its line, and repeats no secret', async () => {
      const { code, stderr, stdout } = await withFile([
        'idps:',
        '  main:',
        '    issuer: https://idp.example',
        '    client: { id: gateway, secret: hunter2 }',
        '    issuerr: hunter2',
        'frontEnds:',
        '  - origin: https://a.example/',
        '    session: { ttlS: a day }',
        '  - path: /shop',
        '  - { origin: http://far.example, services: [none] }',
      ]);
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr.split('\n').slice(1, -2)).toEqual([
        expect.stringContaining('  FRONT_ENDS: line 4, idps.main.client.secret: must be {env: NAME} or {file: path}; '),
        '  FRONT_ENDS: line 5, idps.main.issuerr: is no key that is known here',
        expect.stringContaining('  FRONT_ENDS: line 7, frontEnds[0].origin: must be an http(s) origin'),
        '  FRONT_ENDS: line 8, frontEnds[0].session.ttlS: must be number, not string',
        '  FRONT_ENDS: line 9, frontEnds[1].origin: is required',
        '  FRONT_ENDS: line 10, frontEnds[2].origin: must be https; plain http is for loopback only',
        '  FRONT_ENDS: line 10, frontEnds[2].services[0]: no entry of services has this name',
      ]);
      expect(stderr).not.toContain('hunter2');
    });

    it.each([
      ['{ env: NOT_SET }', 'names a variable that is not set'],
      ['{ file: /does/not/exist }', 'names a file that is empty or can’t be read'],
    ])('names a secret that is not there: %s', async (secret, said) => {
      const { code, stderr } = await withFile([
        'idps:',
        `  main: { issuer: https://idp.example, client: { id: gateway, secret: ${secret} } }`,
        'frontEnds: [{ origin: https://a.example }]',
      ]);
      expect(code).toBe(78);
      expect(stderr.split('\n')[1]).toBe(`  FRONT_ENDS: line 2, idps.main.client.secret: ${said}`);
    });

    it('has every key of the file in --help', async () => {
      const { stdout } = await run('gateway', {}, ['--help']);
      expect(stdout).toContain('  frontEnds[].session.ttlS (seconds; default 1209600)\n');
    });
  });

  it('the poller names what is wrong with its IdPs, with the line', async () => {
    const { code, stderr } = await run('session-poller', {
      ...{ PORT: '1', HUB_DATABASE_URL: 'postgres://h/d', NATS_URL: 'nats://u:p@h:1' },
      TOKEN_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
      IDPS: 'idps:\n  main: { issuer: https://idp.example, client: { id: gateway, secret: { env: NOT_SET } } }',
    });
    expect(code).toBe(78);
    expect(stderr).toContain('  IDPS: line 2, idps.main.client.secret: names a variable that is not set');
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
