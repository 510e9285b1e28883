import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readIdps } from '#idp-client';
import { freePort } from '../../scripts/stack/free-port.js';
import { CalibrationRun, CLIENT_SECRET } from '../support/calibration.js';
import { HabitIdp, type Habits } from '../support/habit-idp.js';
import { ScriptedIdp } from '../support/scripted-idp.js';

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

async function calibrate(habits: Habits, more: readonly string[] = []) {
  const scripted = await ScriptedIdp.start();
  stop = () => scripted.stop();
  const idp = new HabitIdp(scripted, habits);
  const run = await CalibrationRun.start(scripted.issuer, await freePort(), more);
  const calibrated = await run.follow(scripted.issuer);
  if (calibrated.code !== 0) throw new Error(calibrated.output);
  return { ...calibrated, idp };
}

/** The entry, read as gateway and session-poller read it; the file of the secret is gone by then. */
function entryOf(yaml: string) {
  const text = yaml.replace(/\{ file: "[^"]*" \}/, '{ env: SECRET }');
  return readIdps('IDPS', text, { SECRET: CLIENT_SECRET }).idps.main!;
}

describe('a calibration of an IdP', () => {
  it('finds that introspection tells, and writes an entry that can be used as it is (POL-02)', async () => {
    const { result, output, idp } = await calibrate({});
    expect(result.conclusion).toMatchObject({
      method: { value: 'introspect', sure: 'high' },
      token: 'refresh_token',
      confirm: { value: 'userinfo' },
      tokensEndWithSession: { value: true },
      refreshTokens: { value: 'stay' },
      refusals: ['400 invalid_grant'],
    });
    expect(result.findings.signIn).toMatchObject({ idpSid: true, authTime: true, refreshToken: true, expiresInS: 300 });
    expect(entryOf(result.yaml)).toMatchObject({
      ...{ profile: 'generic', tokensEndWithSession: true, refreshTokens: 'stay' },
      probe: { method: 'introspect', token: 'refresh_token', confirm: 'userinfo' },
    });
    for (const secret of [...idp.secrets, CLIENT_SECRET]) expect(output).not.toContain(secret);
    expect(idp.revoked.length).toBeGreaterThan(0);
  });

  it('says that introspection is unusable where everything is always inactive, and looks elsewhere', async () => {
    const { result } = await calibrate({ allInactive: true });
    expect(result.conclusion).toMatchObject({ method: { value: 'userinfo' }, tokensEndWithSession: { value: true } });
    expect(result.findings.live.introspect_refresh_token).toEqual({ kind: 'gone', detail: '200 active: false' });
    expect(result.yaml).toContain('method: userinfo');
    expect(entryOf(result.yaml).probe.method).toBe('userinfo');
  });

  it('asks about the access token where only refresh tokens are always inactive', async () => {
    const { result, output } = await calibrate({ refreshTokensInactive: true });
    expect(result.conclusion).toMatchObject({ method: { value: 'introspect' }, token: 'access_token' });
    expect(output).toContain('introspect the refresh token: unusable: of a live session it says 200 active: false');
  });

  it('says that only push tells where tokens outlive the session', async () => {
    const { result, output } = await calibrate({ tokensStay: true, rotates: true }, ['--watch-s', '8']);
    expect(result.conclusion).toMatchObject({
      method: { value: 'none' },
      tokensEndWithSession: { value: false },
      refreshTokens: { value: 'rotate' },
    });
    expect(result.findings.end).toMatchObject({
      proof: 'login_required',
      ways: { userinfo: { kind: 'still_active' }, refresh: { kind: 'still_active' } },
    });
    expect(output).toContain('no logout by push is announced either');
    expect(entryOf(result.yaml).probe.method).toBe('none');
  });

  it('sees that refresh tokens rotate, and that the old one is of no use afterwards', async () => {
    const { result } = await calibrate({ rotates: true });
    expect(result.findings.refresh).toEqual({
      ...{ rotates: true, bringsIdToken: false },
      oldRefreshToken: { kind: 'gone', detail: '200 active: false' },
      oldAccessToken: { kind: 'active', detail: '200 active: true' },
    });
    expect(result.yaml).not.toContain('refreshTokens');
  });

  it('finds which way of asking keeps a session alive, and does not recommend it (POL-03)', async () => {
    const { result } = await calibrate({ idleS: 2, slidBy: ['introspection', 'refresh'] }, ['--idle-s', '2']);
    expect(result.findings.sliding).toMatchObject({
      ...{ introspect_refresh_token: { kind: 'slides' }, introspect_access_token: { kind: 'slides' } },
      ...{ userinfo: { kind: 'lets_idle' }, refresh: { kind: 'slides' } },
    });
    expect(result.conclusion.method.value).toBe('userinfo');
  }, 90_000);

  it('finds nothing out about the idle timer when it was not what the person said', async () => {
    const { result } = await calibrate({}, ['--idle-s', '0.4']);
    expect(Object.values(result.findings.sliding).map(({ kind }) => kind)).toEqual(Array(4).fill('not_tried'));
  }, 90_000);
});

describe('the command', () => {
  let port = 0;
  let scripted: ScriptedIdp;
  beforeAll(async () => {
    port = await freePort();
  });

  it('stops at Ctrl-C, frees the port, and says nothing of secrets', async () => {
    scripted = await ScriptedIdp.start();
    stop = () => scripted.stop();
    const run = await CalibrationRun.start(scripted.issuer, port);
    run.child.kill('SIGINT');
    expect(await run.end()).toMatchObject({ code: 130 });
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow();
  });

  it('serves a page that loads nothing from elsewhere, and to this machine’s own name only', async () => {
    scripted = await ScriptedIdp.start();
    stop = () => scripted.stop();
    const run = await CalibrationRun.start(scripted.issuer, port);
    const page = await fetch(`${run.origin}/`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain('color-scheme');
    expect(text).not.toMatch(/(?:src|href)="https?:/);
    const unasked = await fetch(`${run.origin}/callback?code=c&state=not-ours`, { redirect: 'manual' });
    expect(unasked.status).toBe(303);
    expect(scripted.received.filter(({ path }) => path === '/token')).toEqual([]);
    run.child.kill('SIGTERM');
    expect(await run.end()).toMatchObject({ code: 143 });
  });

  it('says what is wrong with its arguments', async () => {
    const run = await CalibrationRun.start('not-a-url', port, ['--scope', 'email', '--profile', 'nobody']);
    const { code, output } = await run.end();
    expect(code).toBe(64);
    for (const name of ['<issuer>', '--scope', '--profile']) expect(output).toContain(name);
  });
});
