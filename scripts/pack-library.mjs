/**
 * Makes the packages that other people install: the library for their Nest services, and the browser SDK. Each is a folder,
 * and the file of `npm pack`.
 *
 *     pack-library.mjs [folder; default dist/package; the SDK is beside it, in dist/package-browser]
 */
import { ensureInstalled } from './bootstrap.mjs';
import { build } from './build.mjs';

await ensureInstalled();
await build();
await import('../dist/scripts/pack-library/main.js');
