/** `npm run docs`: makes the tables of keys in the documentation, and the files of the contract, anew from the schemas. */
import { build } from './build.mjs';

await build();
const { pages, writeContract, writeTables } = await import('../dist/scripts/docs/generate.js');
for (const page of pages) await writeTables(new URL(`../${page}`, import.meta.url));
await writeContract(new URL('../', import.meta.url));
