import { issuerProfile, slidesIdle } from '#session';
import { isClearText } from './clear-text.js';
import type { ClientEntry, IdpEntry } from './idp-entry.js';

/** What two keys of the configuration say against each other, and where. */
export interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Says what single keys of the IdPs' entries can't: what stands twice, what is not safe. Those with faults are undefined. */
export function idpContradictions(idps: Readonly<Record<string, IdpEntry | undefined>>): readonly Contradiction[] {
  const seen = new Set<string>();
  const polled = new Set<string>();
  return Object.entries(idps).flatMap(([name, entry]) => {
    if (entry === undefined) return [];
    const key = `${entry.issuer} ${entry.client.id}`;
    const twice = seen.has(key) ? [{ path: ['client', 'id'], message: 'stands twice for this issuer' }] : [];
    seen.add(key);
    const stream = entry.ssf?.poll && `${entry.ssf.transmitter} ${entry.ssf.audience}`;
    if (stream !== undefined && polled.has(stream))
      twice.push({ path: ['ssf', 'poll'], message: 'stands twice for this transmitter and audience: once is enough' });
    if (stream !== undefined) polled.add(stream);
    return [...twice, ...withinIdp(entry)].map(({ path, message }) => ({ path: ['idps', name, ...path], message }));
  });
}

function withinIdp(entry: IdpEntry): readonly Contradiction[] {
  const { issuer, internalOrigin, unsafePlainHttp, client, probe } = entry;
  const plain = isClearText(new URL(internalOrigin ?? issuer)) && !unsafePlainHttp;
  return [
    ...withinClient(client, ['client']),
    ...(probe.client === undefined ? [] : withinClient(probe.client, ['probe', 'client'])),
    ...(plain
      ? [
          {
            path: [internalOrigin === undefined ? 'issuer' : 'internalOrigin'],
            message: 'is plain http to another machine: use https, or set unsafePlainHttp in a closed test network',
          },
        ]
      : []),
    ...withinProbe(entry),
    ...withinPoll(entry),
  ];
}

function withinClient(client: ClientEntry, path: readonly string[]): readonly Contradiction[] {
  const wanted = client.auth === 'private_key_jwt' ? 'key' : 'secret';
  return client[wanted] === undefined ? [{ path: [...path], message: `needs ${wanted} for ${client.auth}` }] : [];
}

function withinPoll({ ssf }: IdpEntry): readonly Contradiction[] {
  if (ssf?.poll === undefined) return [];
  const { authorization, client } = ssf.poll;
  const path = ['ssf', 'poll'];
  if ((authorization === undefined) === (client === undefined))
    return [{ path, message: 'needs either authorization or client' }];
  return client === undefined ? [] : withinClient(client, [...path, 'client']);
}

/** A probe that keeps sessions alive hides the very end that it is to find (POL-03). */
function withinProbe({ profile: name, probe }: IdpEntry): readonly Contradiction[] {
  const profile = issuerProfile(name);
  const faults: Contradiction[] = [];
  if (probe.intervalS !== undefined && probe.intervalS < profile.minIntervalS)
    faults.push({
      path: ['probe', 'intervalS'],
      message: `is shorter than profile ${name} permits (${profile.minIntervalS} s); only unsafeIntervalS may go under it`,
    });
  for (const key of ['method', 'confirm'] as const) {
    const method = probe[key] ?? (key === 'method' ? profile.probe : profile.confirm);
    if (slidesIdle(profile, method) && !probe.allowKeepalive)
      faults.push({
        path: ['probe', key],
        message: `${method} keeps sessions of a ${name} IdP from idling out; choose another, or set allowKeepalive`,
      });
  }
  return faults;
}
