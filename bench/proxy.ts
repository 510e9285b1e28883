import { interleave, type Load, measure } from './measure.js';
import type { Options, Report } from './report.js';
import { BenchStack, cookieOf } from './stack.js';
import type { Server } from './start-program.js';

const CONNECTIONS = 64;
const ANSWER = JSON.stringify(Array.from({ length: 10 }, (_, n) => ({ type: `claim-${n}`, value: `value ${n}` })));

/** A service behind `/bff/api/`, asked through the gateway for signed-in browsers, and asked itself. */
export async function proxy({ seconds, rounds, warmUps, browsers, flags }: Options): Promise<Report> {
  const stack = await BenchStack.start();
  try {
    const service = await stack.startBareNest(ANSWER);
    const gateway = await stack.startGateway({ flags, service: service.origin.replace('localhost', '127.0.0.1') });
    const cookies = await stack.putSessions(gateway.origin, browsers);
    const load = ({ origin }: Server, path: string): Load => ({
      ...{ url: `${origin}${path}`.replace('localhost', '127.0.0.1'), connections: CONNECTIONS, seconds },
      headers: cookies.map((token) => ({ host: new URL(origin).host, cookie: cookieOf(token), 'x-csrf': '1' })),
    });
    const targets = {
      'through the gateway': () => measure(gateway.pid, load(gateway, '/bff/api/bare/user')),
      'the service itself': () => measure(service.pid, load(service, '/user')),
    };
    await interleave(targets, warmUps);
    const rows = await interleave(targets, rounds);
    const [through, itself] = [rows['through the gateway'], rows['the service itself']];
    return {
      name: 'proxy',
      rows,
      figures: {
        'requests/s through the gateway': through.perSecond,
        'to the service itself': through.perSecond / itself.perSecond,
        'processor time of the gateway for one request, µs': through.cpuUs,
        'requests that failed': through.failed + itself.failed,
      },
    };
  } finally {
    await stack.stop();
  }
}
