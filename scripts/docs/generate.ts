import { readFile, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { toMarkdownTable } from '#config';
import { BillingConfig } from '../../apps/billing/src/config.js';
import { GatewayConfig } from '../../apps/gateway/src/config.js';
import { IdpConfig } from '../../apps/idp/src/config.js';
import { NotesConfig } from '../../apps/notes/src/config.js';
import { PollerConfig } from '../../apps/session-poller/src/config.js';

const schemas: Readonly<Record<string, z.ZodObject>> = {
  gateway: GatewayConfig,
  'session-poller': PollerConfig,
  notes: NotesConfig,
  billing: BillingConfig,
  idp: IdpConfig,
};

/** Gives the page with every table between `<!-- keys:<app> -->` and `<!-- /keys -->` made anew from the app's schema. */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- keys:([a-z-]+) -->\n)[\s\S]*?(<!-- \/keys -->)/g,
    (_, start: string, app: string, end: string) => {
      const schema = schemas[app];
      if (schema === undefined) throw new Error(`no app ${app}`);
      return `${start}\n${toMarkdownTable(schema)}\n\n${end}`;
    },
  );
}

/** Writes the page anew. */
export async function writeTables(page: URL): Promise<void> {
  await writeFile(page, withTables(await readFile(page, 'utf8')));
}
