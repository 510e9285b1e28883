import {
  AdminApi,
  adminApiOptionsOf,
  IdpClient,
  type IdpClientOptions,
  type IdpEntry,
  idpOptionsOf,
  type IdpsFile,
  probeMethodsOf,
  type Secrets,
} from '#idp-client';
import { type Clock, type IssuerProfile, issuerProfile, type Lane, type ProbeMethod } from '#session';
import { type SsfPolling, ssfPollingOf } from './ssf-polling.js';

const USUAL_INTERVAL_S = 900;

/** One IdP, as one of its clients, and how its sessions are asked about. Times in milliseconds. */
export interface WatchedIdp {
  /** in the configuration and in logs */
  readonly name: string;
  readonly lane: Lane;
  readonly entry: IdpEntry;
  /** with what the configuration says against it */
  readonly profile: IssuerProfile;
  readonly method: ProbeMethod;
  /** `none`: by the same method, later */
  readonly confirm: ProbeMethod;
  readonly intervalMs: number;
  readonly sleepAfterMs: number;
  /** the client whose sessions they are */
  readonly client: IdpClient;
  /** how it is reached, as that client */
  readonly options: IdpClientOptions;
  /** the client that introspects */
  readonly introspector: IdpClient;
  /** its API of sessions, where the configuration names one */
  readonly adminApi: AdminApi | undefined;
  /** how its security events are fetched; undefined: they are not */
  readonly ssf: SsfPolling | undefined;
}

/** Makes what the file says. It has been checked, and its secrets are there. */
export function watchedIdps({ idps, secrets }: IdpsFile, clock: Clock): readonly WatchedIdp[] {
  return Object.entries(idps).map(([name, entry]) => toWatched(name, entry, secrets, clock));
}

function toWatched(name: string, entry: IdpEntry, secrets: Secrets, clock: Clock): WatchedIdp {
  const { issuer: iss, probe } = entry;
  const known = issuerProfile(entry.profile);
  const profile = {
    ...known,
    tokensBound: entry.tokensEndWithSession ?? known.tokensBound,
    introspects: probe.token ?? known.introspects,
  };
  const usualS = probe.intervalS ?? Math.max(USUAL_INTERVAL_S, profile.minIntervalS);
  const options = idpOptionsOf(entry, secrets);
  const client = new IdpClient(options, clock);
  const api = adminApiOptionsOf(entry, secrets);
  return {
    name,
    lane: { iss, clientId: entry.client.id },
    entry,
    profile,
    ...probeMethodsOf(entry),
    intervalMs: (probe.unsafeIntervalS ?? usualS) * 1000,
    sleepAfterMs: probe.sleepAfterS * 1000,
    client,
    options,
    introspector:
      probe.client === undefined ? client : new IdpClient(idpOptionsOf(entry, secrets, probe.client), clock),
    adminApi: api && new AdminApi(api, async () => (await client.metadata()).tokenEndpoint, clock),
    ssf: ssfPollingOf(entry, secrets, client, clock),
  };
}
