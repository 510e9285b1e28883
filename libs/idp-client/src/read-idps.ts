import { ConfigError, type ConfigFault, readYaml } from '#config';
import { z } from 'zod';
import { idpContradictions } from './idp-contradictions.js';
import { idpEntries, idpEntry, type IdpEntry } from './idp-entry.js';
import { readIdpSecrets, type Secrets } from './idp-secrets.js';

const Document = z.looseObject({ idps: idpEntries }).superRefine(
  (document, context) => {
    const idps = z.record(z.string(), idpEntry.optional().catch(undefined)).catch({}).parse(document.idps);
    for (const { path, message } of idpContradictions(idps)) context.addIssue({ code: 'custom', path, message });
  },
  { when: () => true }, // contradictions are named beside the faults of single keys, in one go
);

/** The IdPs of a configuration file, and the secrets of theirs that a session-poller needs. */
export interface IdpsFile {
  readonly idps: Readonly<Record<string, IdpEntry>>;
  readonly secrets: Secrets;
}

/**
 * Reads `idps` of a YAML text for a session-poller, and nothing else of it: the gateway's whole file will do.
 *
 * @param key named in front of each fault
 * @throws ConfigError with every fault and its line
 */
export function readIdps(key: string, text: string, env: Readonly<Record<string, string | undefined>>): IdpsFile {
  try {
    const { value, faultAt } = readYaml(text, Document);
    const { secrets, faults } = readIdpSecrets(value.idps, env, faultAt, 'session-poller');
    if (faults.length > 0) throw new ConfigError(faults);
    return { idps: value.idps, secrets };
  } catch (error) {
    throw error instanceof ConfigError ? namedBy(key, error) : error;
  }
}

/** Puts the key's name in front of each fault, as faults of other keys have it. */
export function namedBy(key: string, error: ConfigError): ConfigError {
  const faults = error.faults.map((fault): ConfigFault => ({ ...fault, key: `${key}: ${fault.key}` }));
  return new ConfigError(faults, { cause: error });
}
