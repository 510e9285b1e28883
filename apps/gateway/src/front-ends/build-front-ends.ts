import type { SecretPlace } from '#config';
import { Transmitter, transmitterOptionsOf } from '#ssf';
import { IdpClient, idpOptionsOf, type Secrets } from '#idp-client';
import { type Clock, issuerProfile } from '#session';
import type { Idp } from '../idps/idp.js';
import { Idps } from '../idps/idps.js';
import { cookieNameOf } from './contradictions.js';
import type { FrontEnd, Pages, Service } from './front-end.js';
import type { FrontEndEntry, FrontEndsFile, IdpEntry, ServiceEntry } from './front-ends-file.js';
import { FrontEnds } from './front-ends.js';

/** Makes what the file says: its IdPs, its services, its front ends. The file has been checked, and its secrets are there. */
export function buildFrontEnds(
  file: FrontEndsFile,
  secrets: Secrets,
  clock: Clock,
): { readonly idps: Idps; readonly frontEnds: FrontEnds } {
  const idps = Object.entries(file.idps).map(([name, entry]) => toIdp(name, entry, secrets, clock));
  const services = new Map(Object.entries(file.services).map(([name, entry]) => [name, toService(name, entry)]));
  const frontEnds = file.frontEnds.map((entry) => {
    const idp = idps.find(({ name }) => entry.idp === undefined || name === entry.idp);
    if (idp === undefined) throw new Error('the file was checked, and still an IdP is missing');
    return toFrontEnd(entry, idp, services);
  });
  return { idps: new Idps(idps), frontEnds: new FrontEnds(frontEnds) };
}

function toIdp(name: string, entry: IdpEntry, secrets: Secrets, clock: Clock): Idp {
  const { issuer, client, ssf, globalTokenRevocation } = entry;
  const secretOf = (place: SecretPlace | undefined) => (place === undefined ? undefined : secrets.get(place));
  return {
    name,
    client: new IdpClient(idpOptionsOf(entry, secrets), clock),
    issuer,
    clientId: client.id,
    algorithm: entry.algorithm,
    par: entry.par,
    tokensEndWithSession: entry.tokensEndWithSession ?? issuerProfile(entry.profile).tokensBound,
    refreshTokenStays: entry.refreshTokens === 'stay',
    sessionLifetimeMs: entry.sessionLifetimeS === undefined ? undefined : entry.sessionLifetimeS * 1000,
    revokeOnLogout: entry.revokeOnLogout,
    logoutTokens: entry.logoutTokens,
    ssf: ssf && {
      transmitter: new Transmitter(transmitterOptionsOf(entry, ssf), clock),
      authorization: secretOf(ssf.authorization),
    },
    globalTokenRevocation: secretOf(globalTokenRevocation?.authorization),
  };
}

function toService(name: string, entry: ServiceEntry): Service {
  const { origin, paths, credential, maxIdpAgeS, timeoutS } = entry;
  const maxIdpAgeMs = maxIdpAgeS === undefined ? undefined : maxIdpAgeS * 1000;
  return { name, origin, paths, credential, maxIdpAgeMs, timeoutMs: timeoutS * 1000 };
}

function toFrontEnd(entry: FrontEndEntry, idp: Idp, services: ReadonlyMap<string, Service>): FrontEnd {
  const path = entry.path === '/' ? '' : entry.path;
  const base = `${entry.origin}${path}`;
  const chosen = entry.services.flatMap((name) => services.get(name) ?? []);
  return {
    origin: entry.origin,
    path,
    base,
    redirectUri: `${base}/bff/callback`,
    postLogoutRedirectUri: `${base}/bff/signed-out`,
    idp,
    scope: entry.scopes,
    audience: entry.audience,
    acrValues: entry.acrValues,
    maxAgeS: entry.maxAgeS,
    secure: entry.origin.startsWith('https:'),
    cookie: { name: cookieNameOf(entry), sameSite: entry.cookie.sameSite },
    session: { ttlMs: entry.session.ttlS * 1000, idleMs: entry.session.idleS * 1000 },
    silentCoolDownMs: entry.silent.coolDownS * 1000,
    embedding: new Set([entry.origin, ...entry.embedding]),
    afterLogout: entry.afterLogout ?? `${path}/`,
    forwardAuth: entry.forwardAuth,
    services: new Map(chosen.map((service) => [service.name, service])),
    pages: entry.pages && toPages(entry.pages),
  };
}

function toPages(pages: NonNullable<FrontEndEntry['pages']>): Pages {
  return 'folder' in pages
    ? { kind: 'folder', folder: pages.folder, fallback: pages.fallback }
    : { kind: 'upstream', origin: pages.upstream };
}
