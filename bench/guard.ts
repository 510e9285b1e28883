import { interleave, measure, type Measured } from './measure.js';
import type { Options, Report } from './report.js';
import { newSessions, ServiceStack } from './service-stack.js';

const CONNECTIONS = 64;

/** The same answer of one service process behind the session guard, behind a guard that says yes, and behind none, in turns. */
export async function guard({ seconds, rounds, warmUps, browsers, flags }: Options): Promise<Report> {
  const stack = await ServiceStack.start('bench-guard');
  try {
    const { pid, origin } = await stack.startService(flags);
    const sessions = newSessions(browsers);
    const of = (path: string) => async (): Promise<Measured> => {
      const headers = await Promise.all(sessions.map((session) => stack.headersOf(session))); // anew: they live for a minute
      const url = `${origin}${path}`.replace('localhost', '127.0.0.1');
      return measure(pid, { url, connections: CONNECTIONS, seconds, headers });
    };
    const targets = {
      'behind the session guard': of('/guarded'),
      'behind a guard that says yes': of('/yes'),
      'behind no guard': of('/unguarded'),
    };
    await interleave(targets, warmUps);
    const rows = await interleave(targets, rounds);
    const [ours, yes, none] = [
      rows['behind the session guard'],
      rows['behind a guard that says yes'],
      rows['behind no guard'],
    ];
    return {
      name: 'guard',
      rows,
      figures: {
        'requests/s, to no guard (target 0.85)': ours.perSecond / none.perSecond,
        'the same by processor time': none.cpuUs / ours.cpuUs,
        'requests/s, to a guard that says yes': ours.perSecond / yes.perSecond,
        'the same by processor time, to a guard that says yes': yes.cpuUs / ours.cpuUs,
      },
    };
  } finally {
    await stack.stop();
  }
}
