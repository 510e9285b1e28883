import { issuerProfile, type ProbeMethod, slidesIdle } from '#session';
import { adminApiContradictions } from './admin-api-contradictions.js';
import { clientContradictions, type Contradiction } from './client-contradictions.js';
import { isClearText } from './clear-text.js';
import type { IdpEntry } from './idp-entry.js';
import { probeMethodsOf } from './probe-methods.js';

export type { Contradiction } from './client-contradictions.js';

/** Says what single keys of the IdPs' entries can't: what stands twice, what is not safe. Those with faults are undefined. */
export function idpContradictions(idps: Readonly<Record<string, IdpEntry | undefined>>): readonly Contradiction[] {
  const seen = new Map<string, string>();
  const polled = new Set<string>();
  return Object.entries(idps).flatMap(([name, entry]) => {
    if (entry === undefined) return [];
    const key = `${entry.issuer} ${entry.client.id}`;
    const first = seen.get(key);
    const twice = first === undefined ? [] : [{ path: ['client', 'id'], message: twiceOf(first) }];
    seen.set(key, first ?? name);
    const stream = entry.ssf?.poll && `${entry.ssf.transmitter} ${entry.ssf.audience}`;
    if (stream !== undefined && polled.has(stream))
      twice.push({ path: ['ssf', 'poll'], message: 'stands twice for this transmitter and audience: once is enough' });
    if (stream !== undefined) polled.add(stream);
    return [...twice, ...withinIdp(entry)].map(({ path, message }) => ({ path: ['idps', name, ...path], message }));
  });
}

function twiceOf(first: string): string {
  return `stands twice for this issuer: ${first} has both already; several front ends may name one entry in idp`;
}

function withinIdp(entry: IdpEntry): readonly Contradiction[] {
  const { issuer, internalOrigin, unsafePlainHttp, client, probe } = entry;
  const plain = isClearText(new URL(internalOrigin ?? issuer)) && !unsafePlainHttp;
  return [
    ...clientContradictions(client, ['client']),
    ...(probe.client === undefined ? [] : clientContradictions(probe.client, ['probe', 'client'])),
    ...(plain
      ? [
          {
            path: [internalOrigin === undefined ? 'issuer' : 'internalOrigin'],
            message: 'is plain http to another machine: use https, or set unsafePlainHttp in a closed test network',
          },
        ]
      : []),
    ...withinProbe(entry),
    ...adminApiContradictions(entry),
    ...withinPoll(entry),
  ];
}

/** Methods that ask about a token, so that what they say is of the session only where tokens end with it. */
const BY_TOKEN: readonly ProbeMethod[] = ['introspect', 'userinfo'];
const SHORTEST_SLIDING_S = 300;

function withinPoll({ ssf }: IdpEntry): readonly Contradiction[] {
  if (ssf?.poll === undefined) return [];
  const { authorization, client } = ssf.poll;
  const path = ['ssf', 'poll'];
  if ((authorization === undefined) === (client === undefined))
    return [{ path, message: 'needs either authorization or client' }];
  return client === undefined ? [] : clientContradictions(client, [...path, 'client']);
}

/** A probe that keeps sessions alive hides the very end that it is to find (POL-03); one that can't tell is no probe. */
function withinProbe(entry: IdpEntry): readonly Contradiction[] {
  const { profile: name, probe, adminApi } = entry;
  const profile = issuerProfile(name);
  const tokensBound = entry.tokensEndWithSession ?? profile.tokensBound;
  const methods = probeMethodsOf(entry);
  const shortestS = Object.values(methods).some((method) => slidesIdle(profile, method))
    ? Math.max(SHORTEST_SLIDING_S, profile.minIntervalS)
    : profile.minIntervalS;
  const faults: Contradiction[] = [];
  if (probe.intervalS !== undefined && probe.intervalS < shortestS)
    faults.push({
      path: ['probe', 'intervalS'],
      message: `is shorter than profile ${name} permits (${shortestS} s); only unsafeIntervalS may go under it`,
    });
  for (const [key, method] of Object.entries(methods)) {
    const say = (message: string) => faults.push({ path: ['probe', key], message: `${method} ${message}` });
    if (slidesIdle(profile, method) && !probe.allowKeepalive)
      say(`keeps sessions of a ${name} IdP from idling out; choose another, or set allowKeepalive`);
    if (method === 'admin-api' && adminApi === undefined) say('needs adminApi: where the API of sessions is');
    if (BY_TOKEN.includes(method) && !tokensBound)
      say(
        `can never tell at a ${name} IdP, whose tokens outlive its sessions; if they do not, set tokensEndWithSession`,
      );
  }
  return faults;
}
