import { type ConfigFault, readSecret, type SecretPlace, type YamlPath } from '#config';
import { z } from 'zod';
import type { ClientEntry } from './client-entry.js';
import type { IdpEntry } from './idp-entry.js';

const PrivateJwk = z.looseObject({ kid: z.string(), alg: z.string(), d: z.string() });

/** The secrets that the configuration names, by the place that it names. */
export type Secrets = ReadonlyMap<SecretPlace, string>;

/** Who reads: each gets the secrets that it needs, and no others. */
export type SecretReader = 'gateway' | 'session-poller';

/**
 * Reads the secrets that the IdPs' entries name, as far as `reader` needs them. A fault never repeats a secret, nor what
 * stands in its place.
 *
 * @param faultAt names a place in the document
 */
export function readIdpSecrets(
  idps: Readonly<Record<string, IdpEntry>>,
  env: Readonly<Record<string, string | undefined>>,
  faultAt: (path: YamlPath, message: string) => ConfigFault,
  reader: SecretReader,
): { readonly secrets: Secrets; readonly faults: readonly ConfigFault[] } {
  const secrets = new Map<SecretPlace, string>();
  const faults: ConfigFault[] = [];
  for (const { at, place } of placesIn(idps, reader)) {
    const secret = readSecret(place, env);
    if (secret === undefined)
      faults.push(
        faultAt(at, `names ${'env' in place ? 'a variable that is not set' : 'a file that is empty or can’t be read'}`),
      );
    else if (at.at(-1) === 'key' && !isPrivateJwk(secret))
      faults.push(faultAt(at, 'must lead to a private JWK with kid and alg'));
    else secrets.set(place, secret);
  }
  return { secrets, faults };
}

interface NamedSecret {
  readonly at: YamlPath;
  readonly place: SecretPlace;
}

function placesIn(idps: Readonly<Record<string, IdpEntry>>, reader: SecretReader): readonly NamedSecret[] {
  return Object.entries(idps).flatMap(([name, entry]) => secretsOf(['idps', name], entry, reader));
}

function secretsOf(
  at: YamlPath,
  { client, probe, adminApi, ssf, globalTokenRevocation }: IdpEntry,
  reader: SecretReader,
): readonly NamedSecret[] {
  const named = (place: SecretPlace | undefined, ...path: readonly string[]): readonly NamedSecret[] =>
    place === undefined ? [] : [{ at: [...at, ...path], place }];
  const ofClient = (entry: ClientEntry | undefined, ...path: readonly string[]) => [
    ...named(entry?.secret, ...path, 'secret'),
    ...named(entry?.key, ...path, 'key'),
  ];
  if (reader === 'session-poller')
    return [
      ...ofClient(client, 'client'),
      ...ofClient(probe.client, 'probe', 'client'),
      ...ofClient(adminApi?.client, 'adminApi', 'client'),
      ...named(adminApi?.token, 'adminApi', 'token'),
      ...named(ssf?.poll?.authorization, 'ssf', 'poll', 'authorization'),
      ...ofClient(ssf?.poll?.client, 'ssf', 'poll', 'client'),
    ];
  return [
    ...ofClient(client, 'client'),
    ...named(ssf?.authorization, 'ssf', 'authorization'),
    ...named(globalTokenRevocation?.authorization, 'globalTokenRevocation', 'authorization'),
  ];
}

function isPrivateJwk(text: string): boolean {
  try {
    return PrivateJwk.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
