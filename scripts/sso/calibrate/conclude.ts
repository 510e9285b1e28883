import { type IssuerProfile, issuerProfile, type ProbeMethod, slidesIdle } from '#session';
import type { Findings } from './findings.js';
import { meaningOf, type Way, ways } from './ways.js';

/** How far a finding carries. `high`: seen on a live session and after its end; `fair`: seen once; `low`: not tried, or only announced. */
export type Sureness = 'high' | 'fair' | 'low';

/** A conclusion with what it rests on. */
export interface Concluded<T> {
  readonly value: T;
  readonly why: string;
  readonly sure: Sureness;
}

/** What should stand in the configuration. */
export interface Conclusion {
  readonly method: Concluded<ProbeMethod>;
  /** what introspection should ask about; undefined with another method */
  readonly token: 'refresh_token' | 'access_token' | undefined;
  readonly confirm: Concluded<ProbeMethod>;
  /** the profile holds the method to be one that keeps sessions alive, and here it was seen not to */
  readonly contradictsSliding: boolean;
  /** undefined: not found out, the profile's value stays */
  readonly tokensEndWithSession: Concluded<boolean> | undefined;
  readonly refreshTokens: Concluded<'rotate' | 'stay'> | undefined;
  /** answers to the refresh token after the end */
  readonly refusals: readonly string[];
  /** shortest time after which a way told the end, in seconds */
  readonly noticedAfterS: number | undefined;
  /** a way that tells the end but keeps sessions alive, or may: for those who accept that */
  readonly atAPrice: ProbeMethod | undefined;
}

/** Draws the conclusion of an experiment. Decides by what was seen; what was not tried stays as the profile has it. */
export function conclude(findings: Findings): Conclusion {
  const profile = issuerProfile(findings.profile);
  const telling = ways.filter((way) => tells(findings, way));
  const harmless = telling.filter((way) => !slides(findings, way, profile));
  const [best] = harmless;
  const method = best === undefined ? onlyPush(findings, telling) : methodOf(findings, best);
  return {
    method,
    token: best !== undefined && method.value === 'introspect' ? meaningOf(best).asksAbout : undefined,
    confirm: confirmOf(harmless, best),
    contradictsSliding: best !== undefined && slidesIdle(profile, method.value),
    tokensEndWithSession: tokensEnd(findings, telling),
    refreshTokens: refreshTokens(findings),
    refusals: refusalsOf(findings),
    noticedAfterS: shortest(findings),
    atAPrice: best === undefined && telling[0] !== undefined ? meaningOf(telling[0]).method : undefined,
  };
}

/** Says in words what one way is worth, and why. */
export function worthOf({ live, end }: Findings, way: Way): string {
  const before = live[way];
  if (before.kind === 'not_possible') return `not possible: ${before.detail}`;
  if (before.kind !== 'active') return `unusable: of a live session it says ${before.detail}`;
  const after = end.ways[way];
  switch (after.kind) {
    case 'noticed':
      return `tells the end after ${after.afterS} s (${after.detail})${after.onlyAfterRefusal ? ', but only after a refresh was refused' : ''}`;
    case 'still_active':
      return `unusable: ${after.forS} s after the sign-out it still says ${after.detail}`;
    case 'unknown':
      return `not found out: after the sign-out, ${after.detail}`;
  }
}

function tells({ live, end }: Findings, way: Way): boolean {
  return live[way].kind === 'active' && end.ways[way].kind === 'noticed';
}

/** What was seen counts; else the profile's word. */
function slides({ sliding }: Findings, way: Way, profile: IssuerProfile): boolean {
  const seen = sliding[way];
  return seen.kind === 'not_tried' ? slidesIdle(profile, meaningOf(way).method) : seen.kind === 'slides';
}

function methodOf(findings: Findings, way: Way): Concluded<ProbeMethod> {
  const after = findings.end.ways[way];
  const doubtful = findings.end.proof === 'page_shown' || (after.kind === 'noticed' && after.onlyAfterRefusal);
  const why = `${meaningOf(way).words}: ${findings.live[way].detail} while signed in; ${worthOf(findings, way)}`;
  return { value: meaningOf(way).method, why, sure: doubtful ? 'fair' : 'high' };
}

function onlyPush(findings: Findings, telling: readonly Way[]): Concluded<ProbeMethod> {
  const reason =
    telling.length > 0
      ? `only ${telling.map((way) => meaningOf(way).words).join(' and ')} tells the end, and it keeps sessions alive or may do so`
      : ways.map((way) => `${meaningOf(way).words} ${worthOf(findings, way)}`).join('; ');
  return { value: 'none', why: `only push tells: ${reason}`, sure: telling.length > 0 ? 'fair' : 'high' };
}

function confirmOf(harmless: readonly Way[], best: Way | undefined): Concluded<ProbeMethod> {
  if (best === undefined) return { value: 'none', why: 'nothing is asked', sure: 'high' };
  const other = harmless.find((way) => way !== 'refresh' && meaningOf(way).method !== meaningOf(best).method);
  return other === undefined
    ? { value: 'none', why: 'no other harmless way tells the end: by the same one, later', sure: 'fair' }
    : { value: meaningOf(other).method, why: `${meaningOf(other).words} tells the end too`, sure: 'high' };
}

function tokensEnd(findings: Findings, telling: readonly Way[]): Concluded<boolean> | undefined {
  const sure = findings.end.proof === 'page_shown' ? 'fair' : 'high';
  const [first] = telling;
  if (first !== undefined) return { value: true, why: `${meaningOf(first).words} ${worthOf(findings, first)}`, sure };
  const alive = ways.find(
    (way) => findings.live[way].kind === 'active' && findings.end.ways[way].kind === 'still_active',
  );
  if (alive === undefined) return undefined;
  return { value: false, why: `${meaningOf(alive).words} is ${worthOf(findings, alive)}`, sure };
}

function refreshTokens({ refresh }: Findings): Conclusion['refreshTokens'] {
  if (refresh === undefined) return undefined;
  return refresh.rotates
    ? { value: 'rotate', why: 'a refresh brought another refresh token', sure: 'high' }
    : { value: 'stay', why: 'a refresh brought no other refresh token; seen once, early in its life', sure: 'fair' };
}

function refusalsOf({ end }: Findings): readonly string[] {
  const after = end.ways.refresh;
  return after.kind === 'noticed' ? [after.detail] : [];
}

function shortest(findings: Findings): number | undefined {
  const seconds = ways.flatMap((way) => {
    const after = findings.end.ways[way];
    return tells(findings, way) && after.kind === 'noticed' ? [after.afterS] : [];
  });
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}
