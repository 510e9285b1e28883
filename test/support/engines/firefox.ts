import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Guard } from '../../../scripts/stack/guard.js';
import { freePort } from '../../../scripts/stack/free-port.js';
import { untilReady } from '../../../scripts/stack/until-ready.js';
import { type Engine, type EngineBrowser, type EngineTab, programOf } from './engine.js';

type Result = Readonly<Record<string, unknown>>;
type Send = (method: string, params: object) => Promise<Result>;

const PROGRAM = programOf('FIREFOX', 'firefox-esr');

/** Firefox as it comes, spoken to by WebDriver BiDi: other sites' frames have cookies of their own for each site around them. */
export const FIREFOX: Engine = { name: 'Firefox', isThere: PROGRAM !== undefined, start: startFirefox };

async function startFirefox(guard: Guard, dir: string): Promise<EngineBrowser> {
  const port = await freePort();
  await writeFile(join(dir, 'user.js'), 'user_pref("browser.shell.checkDefaultBrowser", false);\n');
  const args = ['--headless', '--no-remote', '--profile', dir, `--remote-debugging-port=${port}`];
  const env = { ...process.env, HOME: dir };
  const child = guard.spawn(PROGRAM!, args, {
    ...{ name: 'firefox', logFile: join(dir, 'firefox.log'), cwd: dir, env },
  });
  let socket: WebSocket | undefined;
  const connect = async () => {
    socket = new WebSocket(`ws://127.0.0.1:${port}/session`);
    await once(socket, 'open');
  };
  if (!(await untilReady(child, connect, 60_000))) throw new Error('Firefox did not start');
  const send = speak(socket!);
  await send('session.new', { capabilities: {} });
  return {
    tab: async () => tabOf(send, (await send('browsingContext.create', { type: 'tab' })).context as string),
    async close() {
      socket!.close();
      await child.stop();
    },
  };
}

function tabOf(send: Send, context: string): EngineTab {
  return {
    goTo: async (url) => {
      await send('browsingContext.navigate', { context, url, wait: 'interactive' });
    },
    async run<T>(expression: string): Promise<T> {
      const asText = `(async () => JSON.stringify([await (${expression})]))()`;
      const given = await send('script.evaluate', { expression: asText, target: { context }, awaitPromise: true });
      if (given.type !== 'success') throw new Error(JSON.stringify(given.exceptionDetails));
      return (JSON.parse((given.result as { readonly value: string }).value) as [T])[0];
    },
    close: async () => {
      await send('browsingContext.close', { context });
    },
  };
}

/** Commands and their answers. */
function speak(socket: WebSocket): Send {
  const waiting = new Map<number, (answer: Result) => void>();
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Result;
    waiting.get(answer.id as number)?.(answer);
  });
  let last = 0;
  return async (method, params) => {
    const id = (last += 1);
    const answered = new Promise<Result>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    waiting.delete(id);
    if (answer.type !== 'success') throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer.result as Result;
  };
}
