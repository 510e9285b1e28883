/** `npm run sso -- <command>`: what an operator asks and orders. Builds first if the sources are newer. */
import { ensureInstalled } from './bootstrap.mjs';
import { build } from './build.mjs';

await ensureInstalled();
await build();
await import('../dist/scripts/sso/main.js');
