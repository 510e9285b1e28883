import { ask } from './ask.js';
import type { Findings, Slide } from './findings.js';
import { type Lab, pause } from './lab.js';
import { signIn, silently } from './visits.js';
import { eachWay, type EachWay, meaningOf, type Way, ways } from './ways.js';

/** Within twice the idle time-out, so often it is asked. */
const ASKED = 6;
const WHOLE_ROUND = 2;
const SIGNED_OUT = ['login_required', 'interaction_required'];

/** Gives the answer where nobody tried. */
export function slidingNotTried(why: string): EachWay<Slide> {
  return eachWay(() => ({ kind: 'not_tried', detail: why }));
}

/**
 * Finds out which ways of asking keep the idle timer from running out: for each, a sign-in of its own, questions for twice
 * the time-out, and then `prompt=none`. If any seems to, the same is done once without a question: when the session lives on
 * then too, the time-out is not what the person said, and nothing was found out.
 */
export async function tryIdling(lab: Lab, idleS: number, live: Findings['live']): Promise<EachWay<Slide>> {
  const found = new Map<Way, Slide>();
  for (const way of ways) {
    if (live[way].kind !== 'active') continue;
    found.set(way, await tryWay(lab, idleS, way));
    lab.guide.note(`${meaningOf(way).words}: ${found.get(way)?.detail ?? ''}`);
  }
  if ([...found.values()].some(({ kind }) => kind === 'slides')) {
    const said = await idle(lab, idleS, undefined);
    lab.guide.note(`without a question: ${said.said === 'signed_in' ? 'still signed in' : said.said}`);
    if (!SIGNED_OUT.includes(said.said))
      return slidingNotTried(
        `not found out: after ${WHOLE_ROUND * idleS} s without a question the answer was ${said.said}`,
      );
  }
  return eachWay((way) => found.get(way) ?? { kind: 'not_tried', detail: 'not tried, since it is of no use' });
}

async function tryWay(lab: Lab, idleS: number, way: Way): Promise<Slide> {
  const { said, answered } = await idle(lab, idleS, way);
  const asked = `asked ${ASKED} times in ${WHOLE_ROUND * idleS} s, of which it answered ${answered}`;
  if (answered === 0) return { kind: 'not_tried', detail: `not found out: no answer (${asked})` };
  if (said === 'signed_in')
    return { kind: 'slides', detail: `asking keeps the session alive (${asked}; then still signed in)` };
  if (SIGNED_OUT.includes(said))
    return { kind: 'lets_idle', detail: `asking does not keep the session alive (${asked}; then ${said})` };
  return { kind: 'not_tried', detail: `not found out: prompt=none said ${said}` };
}

/** @param way undefined asks nothing */
async function idle(lab: Lab, idleS: number, way: Way | undefined) {
  const words = way === undefined ? 'nothing is asked' : meaningOf(way).words;
  const signedIn = await signIn(
    lab,
    { title: `Idle timer: ${words}`, text: 'Sign in where the IdP asks for it.' },
    true,
  );
  lab.guide.show({
    title: `Idle timer: ${words}`,
    text: `Now leave the IdP alone for ${WHOLE_ROUND * idleS} seconds: no other tab, no other app of it. This page goes on by itself.`,
  });
  let { tokens } = signedIn;
  let answered = 0;
  for (let asked = 0; asked < ASKED; asked += 1) {
    await pause(lab, (WHOLE_ROUND * idleS) / ASKED);
    if (way === undefined) continue;
    const { reply, tokens: newest } = await ask(lab, way, tokens, signedIn.claims.sub);
    tokens = newest;
    if (reply.kind === 'active' || reply.kind === 'gone') answered += 1;
  }
  const { way: on, said } = silently(lab, 'Go on');
  lab.guide.show({
    title: 'Is the session still there?',
    text: 'The browser asks the IdP.',
    ways: [{ ...on, byItself: true }],
  });
  return { said: await said, answered };
}
