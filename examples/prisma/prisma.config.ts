import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: '.', // every *.prisma of this folder
  // `prisma generate` connects to nothing, yet wants an address.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://nobody@127.0.0.1:1/nothing' },
});
