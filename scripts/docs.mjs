/** `npm run docs`: makes the tables of keys in the documentation anew from the schemas. */
import { build } from './build.mjs';

await build();
const { pages, writeTables } = await import('../dist/scripts/docs/generate.js');
for (const page of pages) await writeTables(new URL(`../${page}`, import.meta.url));
