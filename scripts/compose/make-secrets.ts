/**
 * Makes the secrets of the docker-compose cluster:
 *
 *     make-secrets.js FOLDER GATEWAY_ORIGIN FRONT_END...
 */
import { fillSecretFolder, imageReaders } from './cluster-secrets.js';
import { SecretFolder } from './secret-folder.js';

const [folder, gateway, ...frontEnds] = process.argv.slice(2);
if (folder === undefined || gateway === undefined || frontEnds.length === 0) {
  process.stderr.write('usage: make-secrets.js FOLDER GATEWAY_ORIGIN FRONT_END...\n');
  process.exit(78);
}
await fillSecretFolder(new SecretFolder(folder), { gateway, frontEnds }, imageReaders);
process.stdout.write(`secrets are in ${folder}; people.json says who can sign in\n`);
