import { interleave, type Load, measure, type Measured } from './measure.js';
import type { Options, Report } from './report.js';
import { signIn } from './sign-in.js';
import { BenchStack } from './stack.js';
import type { Server } from './start-program.js';

const CONNECTIONS = 64;

/** `GET /bff/user` for signed-in browsers, against a bare Nest application and against express-openid-connect. */
export async function user({ seconds, rounds, warmUps, browsers, flags }: Options): Promise<Report> {
  const stack = await BenchStack.start();
  try {
    const gateway = await stack.startGateway({ flags });
    const peer = await stack.startExpressPeer();
    const load = (server: Server, path: string, cookies: readonly string[]): Load => ({
      ...{ url: `${server.origin}${path}`.replace('localhost', '127.0.0.1'), connections: CONNECTIONS, seconds },
      headers: cookies.map((cookie) => ({ host: new URL(server.origin).host, cookie, 'x-csrf': '1' })),
    });
    const people = Array.from({ length: browsers }, (_, n) => `person-${n}`);
    const ours = await inTurn(people, (sub) =>
      signIn(stack.idp, sub, { login: `${gateway.origin}/bff/login`, callback: `${gateway.origin}/bff/callback` }),
    );
    const bare = await stack.startBareNest(await answerOf(gateway, ours[0] ?? ''));
    const theirs = await inTurn(people, (sub) =>
      signIn(stack.idp, sub, { login: `${peer.origin}/login`, callback: `${peer.origin}/callback` }),
    );
    const targets = {
      'gateway /bff/user': () => measure(gateway.pid, load(gateway, '/bff/user', ours)),
      'bare Nest on Fastify': () => measure(bare.pid, load(bare, '/user', ours)),
      'express-openid-connect': () => measure(peer.pid, load(peer, '/user', theirs)),
    };
    await interleave(targets, warmUps);
    const result = await interleave(targets, rounds);
    const of = (key: 'perSecond' | 'cpuUs', a: Measured, b: Measured) => a[key] / b[key];
    const [a, b, c] = [result['gateway /bff/user'], result['bare Nest on Fastify'], result['express-openid-connect']];
    return {
      name: 'user',
      rows: result,
      figures: {
        'requests/s, to bare Nest (target 0.6)': of('perSecond', a, b),
        'requests/s, to express-openid-connect (target 7)': of('perSecond', a, c),
        'the same by processor time, to bare Nest': of('cpuUs', b, a),
        'the same by processor time, to express-openid-connect': of('cpuUs', c, a),
      },
    };
  } finally {
    await stack.stop();
  }
}

async function inTurn<T, R>(all: readonly T[], one: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of all) results.push(await one(item));
  return results;
}

/** What the gateway says of one browser. */
async function answerOf({ origin }: Server, cookie: string): Promise<string> {
  const response = await fetch(`${origin}/bff/user`, { headers: { cookie, 'x-csrf': '1' } });
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  return response.text();
}
