/** `npm run docs`: makes the tables of the README anew from the apps' schemas. */
import { build } from './build.mjs';

await build();
const { writeTables } = await import('../dist/scripts/docs/generate.js');
await writeTables(new URL('../README.md', import.meta.url));
