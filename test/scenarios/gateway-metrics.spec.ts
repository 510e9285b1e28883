import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { EventTab } from '../support/event-tab.js';
import { freePort } from '../support/free-port.js';
import { comeBack, depart, type GatewayUnderTest, startGateway } from '../support/gateway.js';
import { documentedMetrics, metricsOf, metricsToldIn } from '../support/metrics.js';
import { EchoService, RotatingGrants } from '../support/rotating-grants.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { forgetChecks } from '../support/silent.js';
import { until } from '../support/until.js';
import { Visitor } from '../support/visitor.js';

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
const SILENTLY = 'returnUrl=/inside&prompt=none';

describe('the metrics of a gateway, as a process', () => {
  const apps = appsForSuite();
  let [idp, echo]: [ScriptedIdp?, EchoService?] = [];
  let database: HubDatabase;
  let url = '';
  let grants: RotatingGrants;
  let gateway: GatewayUnderTest;
  let metricsPort = 0;
  beforeAll(async () => {
    [idp, echo, url, metricsPort] = await Promise.all([
      ScriptedIdp.start(),
      EchoService.start(),
      freshDatabase('hub'),
      freePort(),
    ]);
    grants = new RotatingGrants(idp);
    database = new HubDatabase(url);
    const usual = echo.sites('rotate');
    const sites = (options: Parameters<typeof usual>[0]) => {
      const file = usual(options);
      return { ...file, idps: { main: { ...file.idps.main, ssf: { transmitter: options.issuer, audience: 'us' } } } };
    };
    gateway = await startGateway(apps(), idp, url, { METRICS_PORT: String(metricsPort) }, sites);
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    echo?.stop();
    await idp?.stop();
  });

  const told = () => metricsOf(`http://127.0.0.1:${metricsPort}`);
  /** What one figure is; 0 when nothing of the kind was ever counted. */
  const figure = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> => {
    const of = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const start = of.length === 0 ? `${name} ` : `${name}{${of.join(',')}} `;
    const line = (await told()).split('\n').find((text) => text.startsWith(start));
    return Number(line?.slice(start.length) ?? 0);
  };
  const signIns = (flow: string, outcome: string) => figure('sso_sign_ins_total', { flow, outcome });
  const durations = (flow: string) => figure('sso_sign_in_duration_seconds_count', { flow });
  const endings = (cause: string) => figure('sso_endings_total', { issuer: idp!.issuer, cause });
  /** By how much each figure is more after something than it was before it. */
  const more = async (figures: readonly (() => Promise<number>)[], happen: () => Promise<unknown>) => {
    const before = await Promise.all(figures.map((one) => one()));
    await happen();
    const after = await Promise.all(figures.map((one) => one()));
    return after.map((count, index) => count - before[index]!);
  };
  const sendToken = async (token: string) =>
    (
      await new Visitor().send(`${gateway.a}/bff/backchannel`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      })
    ).status;
  const logoutToken = (claims: Record<string, unknown>) =>
    idp!.sign({ aud: 'gateway', jti: JSON.stringify(claims), events: EVENTS, ...claims }, { typ: 'logout+jwt' });

  it('are those of its part of the page, and that has all of them', async () => {
    const text = await told();
    expect(metricsToldIn(text)).toEqual(await documentedMetrics('The gateway'));
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });

  it('are not on the port that browsers reach, and nothing else is on theirs', async () => {
    for (const origin of [gateway.a, gateway.b, gateway.app.origin])
      expect((await fetch(`${origin}/metrics`)).status).toBe(404);
    for (const path of ['/bff/user', '/health/live', '/bff/login', '/'])
      expect((await fetch(`http://127.0.0.1:${metricsPort}${path}`)).status).toBe(404);
  });

  it('count sign-ins by flow and outcome, and how long those take that come back', async () => {
    const visitor = new Visitor();
    const interactive = [() => signIns('interactive', 'signed_in'), () => durations('interactive')];
    expect(await more(interactive, () => grants.signIn(gateway.a, 'ana', visitor))).toEqual([1, 1]);
    const silent = [() => signIns('silent-top', 'signed_in'), () => durations('silent-top')];
    await forgetChecks(database, 'ana');
    const again = () => grants.signIn(gateway.a, 'ana', visitor, SILENTLY);
    expect(await more(silent, again)).toEqual([1, 1]);
    const seconds = await figure('sso_sign_in_duration_seconds_sum', { flow: 'silent-top' });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
  });

  it('count those that the IdP refuses, in a frame and by a person', async () => {
    const refuse = async (query: string, path: string, error: string) => {
      const departure = await depart(gateway.a, query, new Visitor(), path);
      const state = departure.parameters.get('state') ?? '';
      await comeBack(departure, { error, state, iss: idp!.issuer });
    };
    const inFrame = [() => signIns('silent-iframe', 'login_required'), () => durations('silent-iframe')];
    expect(await more(inFrame, () => refuse('rid=r1', 'silent-login', 'login_required'))).toEqual([1, 1]);
    const byPerson = [() => signIns('interactive', 'denied'), () => signIns('interactive', 'failed')];
    expect(await more(byPerson, () => refuse('returnUrl=/', 'login', 'access_denied'))).toEqual([1, 0]);
    const odd = 'Whatever_The_IdP_Says';
    expect(await more(byPerson, () => refuse('returnUrl=/', 'login', odd))).toEqual([0, 1]);
    expect(await told()).not.toContain(odd);
  });

  it('count those that never leave, with no time', async () => {
    const visitor = new Visitor();
    const stayed = (outcome: string) => [() => signIns('silent-iframe', outcome), () => durations('silent-iframe')];
    const ask = (who = visitor, query = '') => who.get(`${gateway.a}/bff/silent-login?rid=r1${query}`);
    await depart(gateway.a, 'rid=r1', visitor, 'silent-login');
    expect(await more(stayed('suppressed'), () => ask())).toEqual([1, 0]);
    const blocked = () => ask(new Visitor(), '&cookies=asked');
    expect(await more(stayed('cookies_blocked'), blocked)).toEqual([1, 0]);
    expect(await more(stayed('failed'), () => ask(new Visitor()))).toEqual([0, 0]); // the page that tries the cookie is no end
  });

  it('count nothing for an answer that nobody asked for', async () => {
    const count = async () => (await told()).split('\n').filter((line) => line.startsWith('sso_sign_in'));
    const before = await count();
    const stray = new URLSearchParams({ code: 'c', state: 'of-nobody', iss: idp!.issuer });
    expect((await new Visitor().get(`${gateway.a}/bff/callback?${stray.toString()}`)).status).toBe(400);
    expect(await count()).toEqual(before);
  });

  it('count each session that a back-channel logout ends, once, and the tokens that are refused', async () => {
    for (const sub of ['bo', 'cy']) await grants.signIn(gateway.a, sub);
    const token = await logoutToken({ sub: 'bo' });
    const ended = [() => endings('backchannel_logout')];
    expect(await more(ended, () => sendToken(token))).toEqual([1]);
    expect(await more(ended, () => sendToken(token))).toEqual([0]);
    const { issuer } = idp!;
    const refused = [issuer, 'unknown'].map(
      (of) => () => figure('sso_refused_tokens_total', { issuer: of, kind: 'logout_token' }),
    );
    const bad = await logoutToken({ sub: 'cy', events: {} });
    expect(await more([...ended, ...refused], () => sendToken(bad))).toEqual([0, 1, 0]);
    const stranger = await logoutToken({ sub: 'cy', iss: 'https://stranger.example' });
    expect(await more([...ended, ...refused], () => sendToken(stranger))).toEqual([0, 0, 1]);
    expect(await told()).not.toContain('stranger.example');
  });

  it('count security event tokens that are refused', async () => {
    const refused = () => figure('sso_refused_tokens_total', { issuer: idp!.issuer, kind: 'security_event' });
    const headers = { 'content-type': 'application/secevent+jwt' };
    const send = () => new Visitor().send(`${gateway.a}/bff/ssf/events`, { method: 'POST', headers, body: 'no-token' });
    expect(await more([refused], send)).toEqual([1]);
  });

  it('count a sign-out, and a session that a sign-in took the place of', async () => {
    const visitor = await grants.signIn(gateway.a, 'di');
    const leave = () => visitor.send(`${gateway.a}/bff/logout`, { method: 'POST', headers: { 'x-csrf': '1' } });
    expect(await more([() => endings('rp_initiated')], leave)).toEqual([1]);
    await grants.signIn(gateway.a, 'ed', visitor);
    await database.ssoSession.updateMany({ where: { sub: 'ed' }, data: { expiresAt: new Date(0) } });
    const again = () => grants.signIn(gateway.a, 'ed', new Visitor());
    expect(await more([() => endings('session_expired')], again)).toEqual([1]);
  });

  it('count refreshes by what came of them', async () => {
    const { issuer } = idp!;
    const refreshed = ['refreshed', 'unavailable', 'refused'].map(
      (outcome) => () => figure('sso_refreshed_tokens_total', { issuer, outcome }),
    );
    const visitor = await grants.signIn(gateway.a, 'fi');
    const ask = async () => {
      await database.ssoSession.updateMany({ where: { sub: 'fi' }, data: { accessExpiresAt: new Date(0) } });
      await EchoService.ask(visitor, gateway.a);
    };
    expect(await more(refreshed, ask)).toEqual([1, 0, 0]);
    grants.onRefresh = () => ({ status: 400, body: { error: 'invalid_grant' } });
    expect(await more(refreshed, ask)).toEqual([0, 0, 1]);
  });

  it('say how many event streams are open', async () => {
    const streams = () => figure('sso_event_streams');
    const visitor = await grants.signIn(gateway.a, 'gus');
    const tabs = [await EventTab.open(visitor, gateway.a), await EventTab.open(visitor, gateway.a)];
    await until('both are open', async () => ((await streams()) === 2 ? true : undefined));
    for (const tab of tabs) tab.close();
    await until('both are gone', async () => ((await streams()) === 0 ? true : undefined));
  });

  it('name no person, no session and no token', async () => {
    const rows = await database.ssoSession.findMany();
    expect(rows.length).toBeGreaterThan(3);
    const text = await told();
    for (const { id, sub } of rows) {
      expect(text).not.toContain(id);
      expect(text).not.toMatch(new RegExp(`\\b${sub}\\b`));
    }
    for (const secret of ['idp-session-of', 'a-code', 'access.']) expect(text).not.toContain(secret);
  });

  it('count an IdP that can not be asked', async () => {
    const sites = ({ origins }: { readonly origins: readonly string[] }) =>
      echo!.sites('rotate')({ issuer: 'http://localhost:9', origins });
    const port = await freePort();
    const alone = await startGateway(apps(), idp!, url, { METRICS_PORT: String(port) }, sites);
    expect((await new Visitor().get(`${alone.a}/bff/login?returnUrl=/`)).status).toBe(503);
    const text = await metricsOf(`http://127.0.0.1:${port}`);
    expect(text).toContain('sso_sign_ins_total{flow="interactive",outcome="unavailable"} 1\n');
    await alone.app.stop();
    await expect(metricsOf(`http://127.0.0.1:${port}`)).rejects.toThrow();
    expect(await alone.app.process.log()).not.toMatch(/ERROR|FATAL|Error/);
  });

  it.each([
    ['METRICS_PORT', 'PORT'],
    ['PORT', 'METRICS_PORT'],
  ])('a %s that is taken ends the start, and says so', async (taken, free) => {
    const env = { [taken]: String(metricsPort), [free]: String(await freePort()), HOST: '127.0.0.1' };
    const { code, stderr } = await startOnce(env);
    expect(code).toBe(1);
    const host = taken.replace('PORT', 'HOST');
    const fault = `${taken} ${metricsPort} at ${host} 127.0.0.1: something listens there already (EADDRINUSE)`;
    expect(stderr.split('\n').filter((line) => line.startsWith('gateway: '))).toEqual([
      `gateway: can't start: ${fault}`,
    ]);
    await expect(fetch(`http://127.0.0.1:${env[free] ?? ''}/health/live`)).rejects.toThrow();
  });

  function startOnce(env: Readonly<Record<string, string>>) {
    const all = {
      ...{ PATH: process.env.PATH ?? '', HUB_DATABASE_URL: url, GATEWAY_URL: gateway.a, CLIENT_SECRET: 'secret' },
      ...{ ASSERTION_KEYS: JSON.stringify(apps().assertionKey), TOKEN_KEYS: apps().tokenKeys },
      FRONT_ENDS: JSON.stringify(echo!.sites('rotate')({ issuer: idp!.issuer, origins: [gateway.a, gateway.b] })),
      ...env,
    };
    return new Promise<{ readonly code: unknown; readonly stderr: string }>((resolve) => {
      const options = { env: all, timeout: 60_000 };
      execFile(process.execPath, ['dist/apps/gateway/src/main.js'], options, (error, _stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stderr });
      });
    });
  }
});
