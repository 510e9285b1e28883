/**
 * Makes the package that other people's Nest services install: a folder, and the file of `npm pack`.
 *
 *     pack-library.mjs [folder; default dist/package]
 */
import { ensureInstalled } from './bootstrap.mjs';
import { build } from './build.mjs';

await ensureInstalled();
await build();
await import('../dist/scripts/pack-library/main.js');
