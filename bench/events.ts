import { Agent, type ClientRequest, request } from 'node:http';
import { type Load, measure, type Measured, medianOf } from './measure.js';
import type { Options, Report } from './report.js';
import { BenchStack, cookieOf } from './stack.js';
import type { Server } from './start-program.js';

const STREAMS = 2_000;

/** `GET /bff/user` without and with 2,000 open event streams at the same process, in turns. */
export async function events({ seconds, rounds, browsers, flags }: Options): Promise<Report> {
  const stack = await BenchStack.start();
  try {
    const gateway = await stack.startGateway({ flags });
    const cookies = await stack.putSessions(gateway.origin, STREAMS);
    const host = new URL(gateway.origin).host;
    const load: Load = {
      ...{ url: `${gateway.origin}/bff/user`.replace('localhost', '127.0.0.1'), connections: 64, seconds },
      headers: cookies.slice(0, browsers).map((cookie) => ({ host, cookie: cookieOf(cookie), 'x-csrf': '1' })),
    };
    await measure(gateway.pid, load);
    const [without, withStreams]: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      without.push(await measure(gateway.pid, load));
      const tabs = await openAll(gateway, cookies);
      withStreams.push(await measure(gateway.pid, load));
      for (const tab of tabs) tab.destroy();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const [a, b] = [medianOf(without), medianOf(withStreams)];
    return {
      name: 'events',
      rows: { 'no streams': a, [`${STREAMS} streams`]: b },
      figures: {
        'requests/s with streams, to without (target 0.8)': b.perSecond / a.perSecond,
        'the same by processor time': a.cpuUs / b.cpuUs,
      },
    };
  } finally {
    await stack.stop();
  }
}

async function openAll(gateway: Server, cookies: readonly string[]): Promise<readonly ClientRequest[]> {
  const agent = new Agent({ maxSockets: Infinity });
  const tabs: ClientRequest[] = [];
  for (let n = 0; n < cookies.length; n += 100)
    tabs.push(...(await Promise.all(cookies.slice(n, n + 100).map((cookie) => open(gateway, cookie, agent)))));
  return tabs;
}

/** Resolves when the first event has come. */
function open({ origin }: Server, cookie: string, agent: Agent): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const { host, port } = new URL(origin);
    const tab = request({
      host: '127.0.0.1',
      port,
      path: '/bff/events',
      agent,
      headers: { host, cookie: cookieOf(cookie) },
    });
    tab.on('error', reject); // after the first event nobody listens to it any more
    tab.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`a stream was refused: ${response.statusCode ?? 0}`));
      response.on('error', () => undefined);
      response.on('data', () => {
        resolve(tab);
      });
    });
    tab.end();
  });
}
