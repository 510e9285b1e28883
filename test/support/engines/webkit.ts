import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guard } from '../../../scripts/stack/guard.js';
import { freePort } from '../../../scripts/stack/free-port.js';
import { untilReady } from '../../../scripts/stack/until-ready.js';
import { until } from '../until.js';
import { type Engine, type EngineBrowser, type EngineTab, programOf } from './engine.js';

type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

const DRIVER = programOf('WEBKIT_DRIVER', 'WebKitWebDriver');
const XVFB = programOf('XVFB', 'Xvfb');

/**
 * WebKitGTK's own small browser, on a display that nobody sees, spoken to by WebDriver: the engine of Safari. It blocks third-party
 * cookies, and keeps no `Secure` cookie of plain http.
 */
export const WEBKIT: Engine = {
  name: 'WebKit',
  isThere: DRIVER !== undefined && XVFB !== undefined,
  start: startWebKit,
};

async function startWebKit(guard: Guard, dir: string): Promise<EngineBrowser> {
  const display = await startDisplay(guard, dir);
  const port = await freePort();
  const env = { ...process.env, HOME: dir, DISPLAY: `:${display}` };
  const driver = guard.spawn(DRIVER!, [`--port=${port}`], {
    ...{ name: 'webkit', logFile: join(dir, 'webkit.log'), cwd: dir, env },
  });
  const call = callerOf(`http://127.0.0.1:${port}`);
  const ready = async () => {
    await call('GET', '/status');
  };
  if (!(await untilReady(driver, ready, 60_000))) throw new Error('WebKitWebDriver did not start');
  const wishes = {
    browserName: 'MiniBrowser',
    pageLoadStrategy: 'eager',
    timeouts: { script: 10_000, pageLoad: 60_000 },
  };
  const { sessionId } = await call<{ sessionId: string }>('POST', '/session', {
    capabilities: { alwaysMatch: wishes },
  });
  const session: Call = (method, path, body) => call(method, `/session/${sessionId}${path}`, body);
  const inTurn = oneAtATime();
  const first = await session<string>('GET', '/window');
  return {
    tab: () =>
      inTurn(async () => {
        await session('POST', '/window', { handle: first }); // the one before may be closed
        const { handle } = await session<{ handle: string }>('POST', '/window/new', { type: 'window' });
        return tabOf(session, inTurn, handle);
      }),
    async close() {
      await inTurn(() => call('DELETE', `/session/${sessionId}`));
      await driver.stop();
    },
  };
}

async function startDisplay(guard: Guard, dir: string): Promise<string> {
  const logFile = join(dir, 'display.log');
  const args = ['-displayfd', '1', '-nolisten', 'tcp', '-screen', '0', '1280x900x24'];
  guard.spawn(XVFB!, args, { name: 'display', logFile });
  return until('the display has a number', async () => /^(\d+)\n/m.exec(await readFile(logFile, 'utf8'))?.[1]);
}

/** The driver does what it is told in one window at a time. */
function tabOf(session: Call, inTurn: ReturnType<typeof oneAtATime>, handle: string): EngineTab {
  const here = <T>(method: string, path: string, body?: object): Promise<T> =>
    inTurn(async () => {
      await session('POST', '/window', { handle });
      return session<T>(method, path, body);
    });
  return {
    goTo: (url) => here('POST', '/url', { url }),
    async run<T>(expression: string): Promise<T> {
      const script = `return (async () => [await (${expression})])()`; // a page that goes away meanwhile never answers
      const given = await here<[T]>('POST', '/execute/sync', { script, args: [] });
      return given[0];
    },
    close: () => here('DELETE', '/window'),
  };
}

function oneAtATime(): <T>(use: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (use) => {
    const next = last.then(use);
    last = next.catch(() => undefined);
    return next;
  };
}

function callerOf(origin: string): Call {
  return async <T>(method: string, path: string, body?: object) => {
    const response = await fetch(origin + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { readonly value: T };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
}
