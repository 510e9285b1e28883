import { type Contradiction, idpContradictions, isClearText } from '#idp-client';
import type { FrontEndEntry, IdpEntry, ServiceEntry } from './front-ends-file.js';

/** Paths of the gateway's own: a prefix among them would swallow them. */
const OWN = /^\/(?:bff|health|metrics)(?:\/|$)|\/bff(?:\/|$)/;
const OWN_COOKIES = /^bff-(?:browser|restarted)$/;

/** What of the file is sound so far: an entry that has faults of its own is there by its name alone. */
export interface SoundEntries {
  readonly idps: Readonly<Record<string, IdpEntry | undefined>>;
  readonly services: Readonly<Record<string, ServiceEntry | undefined>>;
  readonly frontEnds: readonly (FrontEndEntry | undefined)[];
}

/** What single keys can't say: names that lead nowhere, what stands twice, what is not safe. */
export function contradictionsIn(file: SoundEntries): readonly Contradiction[] {
  const found = file.frontEnds.flatMap((entry, index) =>
    entry === undefined
      ? []
      : [
          ...besideOthers(entry, file.frontEnds.slice(0, index)),
          ...withinItself(entry),
          ...ofItsNames(entry, file),
        ].map(({ path, message }) => ({ path: ['frontEnds', index, ...path], message })),
  );
  return [...idpContradictions(file.idps), ...found];
}

/** The earlier front ends of the same host share its addresses and its cookies, whatever their ports. */
function besideOthers(entry: FrontEndEntry, earlier: readonly (FrontEndEntry | undefined)[]): readonly Contradiction[] {
  const others = earlier.filter((other) => other !== undefined);
  const here = new URL(entry.origin);
  if (others.some(({ origin, path }) => new URL(origin).host === here.host && path === entry.path))
    return [{ path: ['origin'], message: 'another front end has this host and path' }];
  const shared = others.some(
    (other) => new URL(other.origin).hostname === here.hostname && cookieNameOf(other) === cookieNameOf(entry),
  );
  return shared
    ? [
        {
          path: ['cookie', 'name'],
          message:
            'another front end of this host has this session cookie; ports share cookies: give each its own name',
        },
      ]
    : [];
}

function withinItself({ origin, path, cookie }: FrontEndEntry): readonly Contradiction[] {
  return [
    ...(isClearText(new URL(origin))
      ? [{ path: ['origin'], message: 'must be https; plain http is for loopback only' }]
      : []),
    ...(OWN.test(path) ? [{ path: ['path'], message: 'is a path of the gateway itself' }] : []),
    ...(OWN_COOKIES.test(cookie.name ?? '')
      ? [{ path: ['cookie', 'name'], message: 'is the name of another cookie of the gateway' }]
      : []),
  ];
}

function ofItsNames(entry: FrontEndEntry, { idps, services }: SoundEntries): readonly Contradiction[] {
  const count = Object.keys(idps).length;
  const faults: Contradiction[] = [];
  if (entry.idp === undefined && count > 1) faults.push({ path: [], message: `needs idp: there are ${count}` });
  if (entry.idp !== undefined && !Object.hasOwn(idps, entry.idp))
    faults.push({ path: ['idp'], message: 'no entry of idps has this name' });
  for (const [place, service] of entry.services.entries()) {
    const path = ['services', place];
    if (!Object.hasOwn(services, service)) faults.push({ path, message: 'no entry of services has this name' });
    else if ((services[service]?.maxIdpAgeS ?? Infinity) < entry.silent.coolDownS)
      faults.push({ path, message: 'asks for a maxIdpAgeS shorter than silent.coolDownS: nobody could satisfy it' });
  }
  return faults;
}

/** Names the session cookie of a front end, without `__Host-`. */
export function cookieNameOf({ path, cookie }: Pick<FrontEndEntry, 'path' | 'cookie'>): string {
  return cookie.name ?? (path === '/' ? 'bff-session' : `bff-session${path.replaceAll('/', '-')}`);
}
