import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, type ConfigFault, readYaml, type YamlPath } from '#config';
import { z } from 'zod';
import { FrontEndsFile, type SecretPlace } from './front-ends-file.js';

const PrivateJwk = z.looseObject({ kid: z.string(), alg: z.string(), d: z.string() });

interface NamedSecret {
  readonly at: YamlPath;
  readonly place: SecretPlace;
  readonly isKey: boolean;
}

/**
 * Reads the file's text and the secrets that it names, and looks whether its folders are there.
 *
 * @throws ConfigError with every fault and its line; a secret is never repeated, nor what stands in its place
 */
export function readFrontEndsFile(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly file: FrontEndsFile; readonly secrets: ReadonlyMap<SecretPlace, string> } {
  const { value: file, faultAt } = named(() => readYaml(text, FrontEndsFile));
  const secrets = new Map<SecretPlace, string>();
  const faults = folderFaultsOf(file).map(({ at, message }) => faultAt(at, message));
  for (const { at, place, isKey } of secretsIn(file)) {
    const secret = ('env' in place ? env[place.env] : readSecretFile(place.file))?.trim() ?? '';
    if (secret === '')
      faults.push(
        faultAt(at, `names ${'env' in place ? 'a variable that is not set' : 'a file that is empty or can’t be read'}`),
      );
    else if (isKey && !isPrivateJwk(secret)) faults.push(faultAt(at, 'must lead to a private JWK with kid and alg'));
    else secrets.set(place, secret);
  }
  return named(() => {
    if (faults.length > 0) throw new ConfigError(faults);
    return { file, secrets };
  });
}

/** Puts the key's name in front of each fault, as faults of other keys have it. */
function named<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const toNamed = ({ key, message }: ConfigFault) => ({ key: `FRONT_ENDS: ${key}`, message });
    throw new ConfigError(error.faults.map(toNamed), { cause: error });
  }
}

function secretsIn(file: FrontEndsFile): readonly NamedSecret[] {
  return Object.entries(file.idps).flatMap(([idp, { client, ssf, globalTokenRevocation }]) => {
    const secret = (place: SecretPlace | undefined, ...at: readonly string[]) =>
      place === undefined ? [] : [{ at: ['idps', idp, ...at], place, isKey: at.at(-1) === 'key' }];
    return [
      ...secret(client.secret, 'client', 'secret'),
      ...secret(client.key, 'client', 'key'),
      ...secret(ssf?.authorization, 'ssf', 'authorization'),
      ...secret(globalTokenRevocation?.authorization, 'globalTokenRevocation', 'authorization'),
    ];
  });
}

function folderFaultsOf(file: FrontEndsFile): readonly { readonly at: YamlPath; readonly message: string }[] {
  return file.frontEnds.flatMap(({ pages }, index) => {
    if (pages === undefined || !('folder' in pages)) return [];
    const at = ['frontEnds', index, 'pages'];
    const { folder, fallback } = pages;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
      return [{ at: [...at, 'folder'], message: 'is no folder that is there' }];
    if (fallback !== undefined && statSync(resolve(folder, fallback), { throwIfNoEntry: false })?.isFile() !== true)
      return [{ at: [...at, 'fallback'], message: 'is no file of the folder' }];
    return [];
  });
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isPrivateJwk(text: string): boolean {
  try {
    return PrivateJwk.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
