import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { describeDocument, readYaml } from '#config';
import { readIdps } from '#idp-client';
import { FrontEndsFile } from '../apps/gateway/src/front-ends/front-ends-file.js';
import { contractFiles, pages, withTables } from '../scripts/docs/generate.js';

describe('the documentation', () => {
  it.each(pages)(
    'has every configuration key as the schemas have it (npm run docs makes the tables): %s',
    async (path) => {
      const page = await readFile(path, 'utf8');
      expect(page).toBe(withTables(page));
    },
  );

  it.each(Object.entries(contractFiles()))(
    'has the contract as the code has it (npm run docs): %s',
    async (path, made) => {
      expect(await readFile(path, 'utf8')).toBe(made);
    },
  );

  it('names the keys that people look for', async () => {
    expect(await readFile('README.md', 'utf8')).toContain('| `IDPS` |');
    const page = await readFile('docs/front-ends.md', 'utf8');
    for (const { path } of describeDocument(FrontEndsFile)) expect(page).toContain(`| \`${path}\` |`);
    expect(page).toContain('| `idps.<name>.client.secret` | `{env}` or `{file}` |');
    expect(page).toContain('| `frontEnds[].session.ttlS` | seconds |');
  });

  it('describes every key of the front ends’ file', () => {
    const keys = describeDocument(FrontEndsFile);
    expect(keys.length).toBeGreaterThan(40);
    expect(keys.filter(({ description }) => description === '').map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['smallest', 1],
    ['full', 3],
  ])('has examples of the front ends’ file that work: %s', async (name, count) => {
    const page = await readFile('docs/front-ends.md', 'utf8');
    const [, text = ''] = new RegExp(`<!-- example:${name} -->\\n+\`\`\`yaml\\n([^\`]*)\`\`\``).exec(page) ?? [];
    expect(readYaml(text, FrontEndsFile).value.frontEnds).toHaveLength(count);
  });

  it('leads to a file for one’s own IdP that gateway and session-poller both can use', async () => {
    const page = await readFile('README.md', 'utf8');
    const [, text = ''] = /<!-- example:own -->\n+```yaml\n([^`]*)```/.exec(page) ?? [];
    expect(readYaml(text, FrontEndsFile).value.frontEnds).toHaveLength(1);
    const { idps } = readYaml(text, FrontEndsFile).value;
    expect(Object.values(idps).map(({ profile }) => profile)).toEqual(['keycloak', 'auth0', 'okta']);
    const secrets = { CLIENT_SECRET: 'a', LOOKER_SECRET: 'b' };
    expect(() => readIdps('IDPS', text, secrets)).toThrow(
      /^IDPS: line \d+, idps\.okta\.adminApi\.client\.key: names a file/,
    );
  });

  it('has a full example with every key that a file may have', async () => {
    const page = await readFile('docs/front-ends.md', 'utf8');
    const full = page.slice(page.indexOf('<!-- example:full -->'), page.indexOf('## Hosts and paths'));
    const names = describeDocument(FrontEndsFile).map(({ path }) => path.split('.').at(-1) ?? '');
    const left = [
      'unsafePlainHttp',
      'unsafeIntervalS',
      'introspection',
      'endSession',
      'revokeOnLogout',
      'allowNoExpiry',
      'jwksUri',
    ];
    expect(names.filter((name) => !new RegExp(`\\b${name}:`).test(full) && !left.includes(name))).toEqual([]);
  });

  it('has a file for the cluster that works', async () => {
    expect(
      readYaml(await readFile('deploy/gateway/front-ends.yaml', 'utf8'), FrontEndsFile).value.frontEnds,
    ).toHaveLength(2);
  });
});
