import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// Read before the CLI looks for its engine, so that nobody has to export it. The native engine needs a download.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL('../../scripts/schema-engine.mjs', import.meta.url));

export default defineConfig({
  schema: '.', // every *.prisma of this folder
  migrations: { path: 'migrations' },
  // `prisma generate` connects to nothing, yet wants an address.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://nobody@127.0.0.1:1/nothing' },
});
