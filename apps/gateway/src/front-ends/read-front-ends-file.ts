import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, readYaml, type YamlPath } from '#config';
import { namedBy, readIdpSecrets, type Secrets } from '#idp-client';
import { FrontEndsFile } from './front-ends-file.js';

/**
 * Reads the file's text and the secrets that it names, and looks whether its folders are there.
 *
 * @throws ConfigError with every fault and its line; a secret is never repeated, nor what stands in its place
 */
export function readFrontEndsFile(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly file: FrontEndsFile; readonly secrets: Secrets } {
  try {
    const { value: file, faultAt } = readYaml(text, FrontEndsFile);
    const { secrets, faults } = readIdpSecrets(file.idps, env, faultAt, 'gateway');
    const all = [...folderFaultsOf(file).map(({ at, message }) => faultAt(at, message)), ...faults];
    if (all.length > 0) throw new ConfigError(all);
    return { file, secrets };
  } catch (error) {
    throw error instanceof ConfigError ? namedBy('FRONT_ENDS', error) : error;
  }
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
