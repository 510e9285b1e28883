/**
 * Makes the secrets of the docker-compose cluster, and copies to each part of it what that part may see:
 *
 *     make-secrets.js FOLDER PARTS_FOLDER GATEWAY_ORIGIN FRONT_END...
 */
import { join } from 'node:path';
import { fillSecretFolder, imageReaders } from './cluster-secrets.js';
import { handOut } from './hand-out.js';
import { SecretFolder } from './secret-folder.js';

const [folder, parts, gateway, ...frontEnds] = process.argv.slice(2);
if (folder === undefined || parts === undefined || gateway === undefined || frontEnds.length === 0) {
  process.stderr.write('usage: make-secrets.js FOLDER PARTS_FOLDER GATEWAY_ORIGIN FRONT_END...\n');
  process.exit(78);
}
const all = new SecretFolder(folder);
await fillSecretFolder(all, { gateway, frontEnds }, imageReaders);
await handOut(all, (part) => new SecretFolder(join(parts, part)), imageReaders);
process.stdout.write(`secrets are in ${folder}; people.json says who can sign in\n`);
