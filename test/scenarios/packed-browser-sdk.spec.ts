import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { packBrowserSdk, SCRIPTS } from '../../scripts/pack-library/browser.js';
import { toTarball } from '../../scripts/pack-library/pack.js';
import { createRunFolder } from '../../scripts/stack/guard.js';
import { REPOSITORY } from '../../scripts/stack/repository.js';

const LIMIT_BYTES = 6_000;
const INSTALLED = 'node_modules/@session-sync/browser';
const run = promisify(execFile);

/** An app that uses the types strictly: what is wrong in them, or missing, does not compile. */
const STRICT_APP = `
import { createSession, watchSession, type Outcome, type Session, type SessionState, type User } from '@session-sync/browser';
const session: Session = createSession({ redirect: true, timeoutMs: 5000 });
const off: () => void = session.subscribe((state: SessionState<User>) => state.user?.sub.toUpperCase());
export const outcome: Promise<Outcome> = session.checkSession();
// @ts-expect-error a status is one of three words
export const never: boolean = session.status === 'signed in';
// @ts-expect-error an option that is not there
createSession({ gatway: '/' });
watchSession({ checkSessionIframe: '', clientId: '', sessionState: '', onChanged: () => Promise.resolve(undefined) }).stop();
off();
`;
const SCRIPT_APP = `
/// <reference types="@session-sync/browser" />
const globalSession = sessionSync.createSession();
globalSession.signIn({ prompt: 'login' });
`;

describe('the browser SDK, packed for people who do not have this repository', () => {
  let folder: string;
  let project: string;
  let tarball: { readonly file: string; readonly bytes: number };
  beforeAll(async () => {
    folder = await createRunFolder('packed-sdk');
    await packBrowserSdk(join(folder, 'package'));
    tarball = await toTarball(join(folder, 'package'), folder);
    project = join(folder, 'project');
    await write('package.json', JSON.stringify({ name: 'shop', private: true, type: 'module' }));
    const quietly = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...quietly, tarball.file], { cwd: project });
  }, 60_000);

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }

  const installed = (path: string) => readFile(join(project, INSTALLED, path));
  const gzipped = (code: string | Uint8Array) => gzipSync(code, { level: 9 }).length;

  /** What somebody sees who looks by `gzip -9`: zlib of Node gives a little less. */
  const gzipOf = (input: Uint8Array) => execFileSync('gzip', ['-9nc'], { input }).length;

  /** Bundles an app of that project with its installed SDK, as its own bundler would. */
  function bundle(source: string): string {
    const { outputFiles } = buildSync({
      ...{ stdin: { contents: source, resolveDir: project }, absWorkingDir: project, bundle: true, write: false },
      ...{ minify: true, format: 'esm', target: 'es2022', logLevel: 'error' },
    });
    return outputFiles[0]?.text ?? '';
  }

  it('is one package without dependencies, whose side-effect-free module has types, and whose one script CDNs find', async () => {
    const manifest = JSON.parse((await installed('package.json')).toString()) as Record<string, unknown>;
    const types = './types/index.d.ts';
    expect(manifest).toMatchObject({ name: '@session-sync/browser', license: 'Apache-2.0', sideEffects: false, types });
    expect(manifest.exports).toMatchObject({ '.': { types, default: './session-sync.js' } });
    expect([manifest.unpkg, manifest.jsdelivr]).toEqual(Array(2).fill('./session-sync.global.js'));
    expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key))).toEqual([]);
    for (const file of ['LICENSE', 'README.md', 'session-sync.min.js.map'])
      expect((await installed(file)).length).toBeGreaterThan(500);
    expect((await installed('session-sync.min.js')).toString()).toContain('Mapping' + 'URL=session-sync.min.js.map');
  });

  it.each([
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }, ['app.ts', 'script.ts']],
    ['Node', { module: 'nodenext', moduleResolution: 'nodenext' }, ['app.ts']],
  ])('type-checks in a strict project that resolves modules as %s does', async (_name, resolution, files) => {
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    const lib = ['ES2022', 'DOM'];
    const compilerOptions = { ...strict, ...resolution, lib, types: [], skipLibCheck: false, noEmit: true };
    await write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    await write('app.ts', STRICT_APP);
    await write('script.ts', SCRIPT_APP);
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const output = await run(process.execPath, [tsc, '-p', project]).catch((error: unknown) => error);
    expect((output as { readonly stdout: string }).stdout).toBe('');
  });

  it('can be imported where there is no page: by a server that renders one', async () => {
    const program = "console.log(typeof (await import('@session-sync/browser')).createSession)";
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: project });
    expect(stdout.trim()).toBe('function');
  });

  it.each(SCRIPTS)(`is at most ${LIMIT_BYTES} bytes as the script of a mode, gzipped: %s`, async (file) => {
    const script = await installed(file);
    const size = gzipped(script);
    process.stdout.write(`${file}: ${script.length} bytes, ${size} gzipped; npm file ${tarball.bytes}\n`);
    expect(size).toBeLessThanOrEqual(LIMIT_BYTES);
    const [, documented] =
      new RegExp(`\\| \`${file}\` .*\\| ([\\d.]+) `).exec(await readFile('docs/browser.md', 'utf8')) ?? [];
    expect(documented).toBe((gzipOf(script) / 1_000).toFixed(1));
    expect((await installed(`${file}.map`)).length).toBeGreaterThan(500);
  });

  it('leaves out of an app’s bundle what the app does not use', () => {
    const apps = {
      everything: "import * as sdk from '@session-sync/browser'; window.sdk = sdk;",
      createSession: "import { createSession } from '@session-sync/browser'; window.session = createSession();",
      createDirectSession:
        "import { createDirectSession } from '@session-sync/browser'; window.session = createDirectSession({});",
      accounts: "import { accounts } from '@session-sync/browser'; accounts.id.initialize({});",
      watchSession: "import { watchSession } from '@session-sync/browser'; watchSession({});",
      nothing: "import '@session-sync/browser';",
    };
    const bundled = Object.entries(apps).map(([name, source]) => [name, bundle(source)] as const);
    const text = Object.fromEntries(bundled) as Readonly<Record<keyof typeof apps, string>>;
    const size = (name: keyof typeof apps) => gzipped(text[name]);
    for (const [name, code] of bundled)
      process.stdout.write(`only ${name}: ${code.length} bytes, ${gzipped(code)} gzipped\n`);
    const direct = ['web_message', 'code_verifier', 'openid-configuration', 'changed'];
    const gateway = ['/bff/', 'bff-silent-login'];
    const found = (name: keyof typeof apps, words: readonly string[]) =>
      words.filter((word) => text[name].includes(word));
    expect(found('everything', [...direct, '/bff/'])).toEqual([...direct, '/bff/']);
    expect(
      found(
        'createSession',
        direct.filter((word) => word !== 'changed'),
      ),
    ).toEqual([]);
    expect(found('createDirectSession', gateway)).toEqual([]);
    expect(found('accounts', gateway)).toEqual([]);
    expect(found('watchSession', [...gateway, ...direct])).toEqual(['changed']);
    expect(text.nothing.trim()).toBe('');
    expect(size('createSession')).toBeLessThan(size('everything') * 0.65);
    expect(size('watchSession')).toBeLessThan(1_000);
  });
});
