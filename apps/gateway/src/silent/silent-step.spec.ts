import { describe, expect, it } from '@jest/globals';
import { type SilentFacts, silentStep } from './silent-step.js';

const FLOWS = ['silent-top', 'silent-iframe'] as const;
const LATER = new Date(1);

/** A browser, its page and an IdP, as far as they matter here. Every one of them does whatever is worst at each moment. */
interface World {
  readonly cookie: boolean;
  readonly session: SilentFacts['session'];
  /** attempts taken from the ledger in this cool-down */
  readonly taken: ReadonlySet<string>;
  /** answers that moved the browser on by a redirect, in this cool-down */
  readonly redirects: Readonly<Record<(typeof FLOWS)[number], number>>;
}

const START: World = {
  cookie: false,
  session: 'none',
  taken: new Set(),
  redirects: { 'silent-top': 0, 'silent-iframe': 0 },
};

/** All that can come of one silent request of a page, with every answer of the IdP and every loss of a cookie. */
function ask(world: World, flow: (typeof FLOWS)[number]): readonly World[] {
  const redirected = (from: World, count: number): World => ({
    ...from,
    redirects: { ...from.redirects, [flow]: from.redirects[flow] + count },
  });
  const { session } = world;
  const cookie = world.cookie ? 'kept' : 'absent';
  let [now, step] = [world, silentStep({ flow, cookie, session, attempt: 'not_asked' })];
  if (step.kind === 'ask_ledger') {
    const attempt = now.taken.has(flow) ? LATER : 'granted';
    now = { ...now, taken: new Set([...now.taken, flow]) };
    step = silentStep({ flow, cookie, session, attempt });
  }
  switch (step.kind) {
    case 'ask_ledger':
      throw new Error('it asks for ever');
    case 'try_cookie': {
      const refused = silentStep({ flow, cookie: 'refused', session, attempt: 'not_asked' });
      if (refused.kind !== 'cookies_blocked' && refused.kind !== 'signed_in')
        throw new Error('a browser without our cookie has left');
      return [now, ...ask({ ...now, cookie: true }, flow)]; // it refuses the cookie, or comes back with it
    }
    case 'cookies_blocked':
    case 'suppressed':
      return [now];
    case 'signed_in':
      return [flow === 'silent-top' ? redirected(now, 1) : now];
    case 'depart': {
      const back = flow === 'silent-top' ? 1 : 0; // a frame is answered by a message
      const sessions = ['none', 'stale', 'fresh'] as const;
      return [
        redirected(now, 1), // the answer came without the cookie, or to no request: a page
        ...sessions.map((after) => redirected({ ...now, session: after }, 1 + back)),
        ...sessions.map((after) => redirected({ ...now, session: after }, 2)), // the hint was not taken: once more, then a page
      ];
    }
  }
}

const keyOf = ({ cookie, session, taken, redirects }: World) =>
  JSON.stringify([cookie, session, [...taken].sort(), redirects]);

/** Every world that can be reached, whatever is asked for in whatever order, however often. */
function reachable(): readonly World[] {
  const found = new Map([[keyOf(START), START]]);
  for (const world of found.values()) {
    // the session may be lost, or grow old, between two requests
    const variants = (['none', 'stale', world.session] as const).map((session) => ({ ...world, session }));
    for (const variant of variants)
      for (const flow of FLOWS)
        for (const next of ask(variant, flow)) found.set(keyOf(next), found.get(keyOf(next)) ?? next);
    if (found.size > 10_000) throw new Error('there is no end of it: something is not bounded');
  }
  return [...found.values()];
}

describe('the decision about silent requests', () => {
  it('lets no sequence of requests, answers and lost cookies give more than two redirects of a kind in a cool-down', () => {
    const worlds = reachable();
    for (const { redirects } of worlds) {
      expect(redirects['silent-top']).toBeLessThanOrEqual(2);
      expect(redirects['silent-iframe']).toBeLessThanOrEqual(2);
    }
    expect(worlds.some(({ redirects }) => redirects['silent-top'] === 2)).toBe(true); // the bound is met, not missed
    expect(worlds.some(({ taken }) => taken.size === 2)).toBe(true);
  });

  it('sends nobody away who has not come with our cookie and an attempt', () => {
    for (const flow of FLOWS)
      for (const cookie of ['kept', 'absent', 'refused'] as const)
        for (const session of ['fresh', 'stale', 'none'] as const)
          for (const attempt of ['not_asked', 'granted', LATER] as const) {
            const { kind } = silentStep({ flow, cookie, session, attempt });
            if (kind === 'depart') expect([cookie, attempt]).toEqual(['kept', 'granted']);
            if (kind === 'signed_in') expect(session).toBe('fresh');
            if (kind === 'signed_in' && flow === 'silent-top') expect(attempt).toBe('granted');
          }
  });
});
