import { join, resolve } from 'node:path';
import { REPOSITORY } from '../stack/repository.js';
import { packBrowserSdk } from './browser.js';
import { linkLibrary, packLibrary, type PackedFolder, toTarball } from './pack.js';

const target = resolve(process.argv[2] ?? join(REPOSITORY, 'dist/package'));
const library = await packLibrary(target);
await linkLibrary(library.folder);
await report(library);
await report(await packBrowserSdk(`${target}-browser`));

async function report({ folder, files }: PackedFolder): Promise<void> {
  const { file, bytes } = await toTarball(folder, join(REPOSITORY, 'dist'));
  process.stdout.write(`${file}: ${files} files, ${(bytes / 1024).toFixed(1)} KB\n`);
}
