import { join, resolve } from 'node:path';
import { REPOSITORY } from '../stack/repository.js';
import { linkLibrary, packLibrary, toTarball } from './pack.js';

const target = resolve(process.argv[2] ?? join(REPOSITORY, 'dist/package'));
const { folder, files } = await packLibrary(target);
await linkLibrary(folder);
const { file, bytes } = await toTarball(folder, join(REPOSITORY, 'dist'));
process.stdout.write(`${file}: ${files} files, ${(bytes / 1024).toFixed(1)} KB\n`);
