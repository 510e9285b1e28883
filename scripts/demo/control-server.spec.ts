import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ControlServer, startControlServer } from './control-server.js';

const TOKEN = 'a-token-of-this-run';

describe('the control of the demo', () => {
  const done: string[] = [];
  let control: ControlServer;
  const ask = async (path: string, { method = 'POST', authorization = `Bearer ${TOKEN}` } = {}): Promise<number> =>
    (await fetch(`${control.origin}${path}`, { method, headers: { authorization } })).status;

  beforeAll(async () => {
    const billing = {
      stop: () =>
        new Promise<void>((resolve) =>
          setImmediate(() => {
            done.push('stop');
            resolve();
          }),
        ),
      start: () => void done.push('start'),
    };
    const broken = { stop: () => Promise.reject(new Error('no')), start: () => undefined };
    const apps = new Map(Object.entries({ billing, broken }));
    control = await startControlServer(TOKEN, (name) => apps.get(name));
  });
  afterAll(() => {
    control.close();
  });

  it('stops and starts an app, one after the other', async () => {
    const both = [ask('/apps/billing/stop'), ask('/apps/billing/start')];
    expect(await Promise.all(both)).toEqual([204, 204]);
    expect(done).toEqual(['stop', 'start']);
  });

  it.each(['Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, TOKEN, `Basic ${TOKEN}`])(
    'refuses who has not its token: %s',
    async (authorization) => {
      const before = done.length;
      expect(await ask('/apps/billing/stop', { authorization })).toBe(401);
      expect(done).toHaveLength(before);
    },
  );

  it.each([
    ['/apps/gateway/stop', 'POST'],
    ['/apps/constructor/stop', 'POST'],
    ['/apps/billing/kill', 'POST'],
    ['/apps/billing/stop', 'GET'],
    ['/apps/billing/stop?x', 'POST'],
    ['/', 'POST'],
  ])('knows nothing else: %s by %s', async (path, method) => {
    expect(await ask(path, { method })).toBe(404);
  });

  it('says when it could not be done, and goes on', async () => {
    expect(await ask('/apps/broken/stop')).toBe(500);
    expect(await ask('/apps/broken/start')).toBe(204);
  });

  it('is on loopback', () => {
    expect(new URL(control.origin).hostname).toBe('127.0.0.1');
  });
});
