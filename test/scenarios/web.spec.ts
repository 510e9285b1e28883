import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '../../scripts/demo/story/actor.js';
import { signInAtFrontEndA } from '../../scripts/demo/story/step-a-sign-in.js';
import { signInSilently } from '../../scripts/demo/story/step-b-silent-sign-in.js';
import { setStage, type Stage } from '../../scripts/demo/story/stage.js';
import { Progress } from '../../scripts/demo/progress.js';
import { stackTarget } from '../../scripts/demo/stack-target.js';
import { type Stack, startStack, stopApps } from '../../scripts/demo/start-stack.js';
import { createRunFolder, type Guard, startGuard } from '../../scripts/stack/guard.js';
import { EventReader, type HeardEvent } from '../support/event-reader.js';
import { sendRaw } from '../support/raw-request.js';
import { until } from '../support/until.js';

interface Panel {
  readonly frontEnds: unknown;
  readonly idp: string;
  readonly idpSessions?: readonly { readonly id: string; readonly sub: string }[];
  readonly services: readonly { readonly name: string; readonly state: string }[];
}

describe('the demo as it is started for a person', () => {
  let dir: string;
  let guard: Guard;
  let stack: Stack;
  let stage: Stage;
  let timeline: string;
  let reader: EventReader;

  beforeAll(async () => {
    dir = await createRunFolder('web');
    guard = await startGuard(dir);
    const quiet = new Progress({ write: () => undefined });
    stack = await startStack({ guard, dir, frontEndPort: undefined, ownIssuer: undefined }, quiet);
    stage = setStage(stackTarget(stack));
    timeline = stack.origins.timeline;
    reader = await EventReader.open(`${timeline}/timeline/events`);
  }, 180_000);
  afterAll(async () => {
    reader.close();
    stack.control.close();
    await stopApps(stack.apps);
    await guard.stopAll();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  const heard = (what: string, wanted: Readonly<Record<string, unknown>>): Promise<HeardEvent> =>
    reader.heard(what, ({ name, content }) =>
      name === 'message' ? Object.entries(wanted).every(([key, value]) => content[key] === value) : false,
    );
  const panel = async (): Promise<Panel> => JSON.parse((await sendRaw(timeline, '/panel')).text) as Panel;
  const press = async (path: string, body?: unknown): Promise<number> => {
    const headers = { origin: timeline, 'x-csrf': '1', 'sec-fetch-site': 'same-origin' };
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return (await sendRaw(timeline, path, { method: 'POST', headers: { ...headers, ...type }, ...json })).status;
  };
  const readNotes = (actor: Actor, frontEnd: string) => actor.browser.ask(`${frontEnd}/bff/api/notes/notes`);

  it('shows a sign-in, a silent one, what probes say, an ending and its receipts, in order and with their times', async () => {
    const { frontEndA, frontEndB } = stack.origins;
    await signInAtFrontEndA(stage);
    await heard('the sign-in', { kind: 'opened', frontEnd: 'notes' });
    await signInSilently(stage);
    await heard('the silent sign-in', { kind: 'opened', frontEnd: 'billing' });
    await heard('a probe', { kind: 'probe', verdict: 'active' });
    expect((await readNotes(stage.ana, frontEndA)).status).toBe(200);
    expect((await stage.ana.browser.ask(`${frontEndB}/bff/api/billing/invoices`)).status).toBe(200);
    const [session] = (await panel()).idpSessions ?? [];
    expect(session).toMatchObject({ sub: 'person-ana', clients: ['gateway'] });
    expect(await press(`/panel/idp-sessions/${session?.id ?? ''}/end`, { push: false })).toBe(204);
    for (const service of ['notes', 'billing']) await heard(`the receipt of ${service}`, { kind: 'receipt', service });
    const told = reader.entries.map(({ content }) => content);
    const sid = told.find(({ kind }) => kind === 'opened')?.sid;
    const story = told.filter((entry) => entry.sid === sid && entry.kind !== 'probe');
    expect(story).toMatchObject([
      { kind: 'opened', sub: 'person-ana', frontEnd: 'notes' },
      { kind: 'opened', sub: 'person-ana', frontEnd: 'billing' },
      { kind: 'ended', cause: 'poll_session_ended', sub: 'person-ana' },
      { kind: 'published' },
      { kind: 'receipt', sessions: 1 },
      { kind: 'receipt', sessions: 1 },
    ]);
    const isProbe = ({ kind, verdict }: HeardEvent['content']) => kind === 'probe' && verdict === 'ended';
    expect(told.findIndex(isProbe)).toBeLessThan(told.findIndex(({ kind }) => kind === 'ended'));
    expect(told.some(isProbe)).toBe(true);
    const times = story.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort());
    expect(told.filter(({ kind }) => kind === 'panel')).toMatchObject([
      { deed: 'session_ended', what: 'person-ana', push: false },
    ]);
    const ids = told.map(({ id }) => id as number);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  });

  it('tells the front ends’ pages from one another, by the gateway’s word', async () => {
    for (const [origin, name] of [
      [stack.origins.frontEndA, 'notes'],
      [stack.origins.frontEndB, 'billing'],
    ] as const) {
      const lies = { 'x-forwarded-host': new URL(timeline).host, 'x-forwarded-proto': 'http' };
      expect(JSON.parse((await sendRaw(origin, '/site.json', { headers: lies })).text)).toMatchObject({
        name,
        timeline,
      });
      const headers = { origin, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
      const body = JSON.stringify({ kind: 'silent', outcome: 'login_required', via: 'frame', tookMs: 12 });
      expect((await sendRaw(origin, '/told', { method: 'POST', headers, body })).status).toBe(204);
      await heard('what the page tells', { kind: 'silent', frontEnd: name, outcome: 'login_required' });
    }
  });

  it('keeps the panel from whoever reaches a front end', async () => {
    const { frontEndA, frontEndB } = stack.origins;
    for (const origin of [frontEndA, frontEndB])
      for (const path of ['/panel', '/timeline/events', '/health/ready/x', '/panel/services/billing/stop']) {
        expect((await sendRaw(origin, path, { headers: { 'x-forwarded-host': new URL(timeline).host } })).status).toBe(
          404,
        );
        const headers = { origin: timeline, 'x-csrf': '1' };
        expect((await sendRaw(origin, path, { method: 'POST', headers })).status).toBe(404);
      }
    expect((await panel()).services.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready']);
  });

  it('stops a service and starts it again, each once, and nothing else', async () => {
    const stateOf = async (name: string) => (await panel()).services.find((service) => service.name === name)?.state;
    const app = stack.apps.get('billing')!;
    for (const wish of ['stop', 'stop']) expect(await press(`/panel/services/billing/${wish}`)).toBe(204);
    expect([await stateOf('billing'), app.pid]).toEqual(['stopped', 0]);
    expect(await Promise.all(['start', 'start'].map((wish) => press(`/panel/services/billing/${wish}`)))).toEqual([
      204, 204,
    ]);
    await until('billing is back', async () => ((await stateOf('billing')) === 'ready' ? true : undefined));
    await heard('the stop', { kind: 'panel', deed: 'service_stopped', what: 'billing' });
    await heard('the start', { kind: 'panel', deed: 'service_started', what: 'billing' });
    for (const name of ['gateway', 'web', 'postgres']) expect(await press(`/panel/services/${name}/stop`)).toBe(404);
    expect(await press('/panel/services/idp/stop')).toBe(204);
    expect(await panel()).toMatchObject({ idp: 'away' });
  });
});
