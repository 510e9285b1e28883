import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { toDocumentTable, toMarkdownTable } from '#config';
import { asyncApiDocument, contractSchemas } from '#session';
import { refusals, SyncSettings } from '#session-sync';
import { BillingConfig } from '../../apps/billing/src/config.js';
import { GatewayConfig } from '../../apps/gateway/src/config.js';
import { FrontEndsFile } from '../../apps/gateway/src/front-ends/front-ends-file.js';
import { IdpConfig } from '../../apps/idp/src/config.js';
import { NotesConfig } from '../../apps/notes/src/config.js';
import { PollerConfig } from '../../apps/session-poller/src/config.js';
import { WebConfig } from '../../apps/web/src/config.js';
import { toProfileTable } from './profile-table.js';

const schemas: Readonly<Record<string, z.ZodObject>> = {
  gateway: GatewayConfig,
  'session-poller': PollerConfig,
  notes: NotesConfig,
  billing: BillingConfig,
  idp: IdpConfig,
  web: WebConfig,
};

/** Pages that have tables of keys. */
export const pages: readonly string[] = [
  'README.md',
  'docs/front-ends.md',
  'docs/issuer-profiles.md',
  'docs/services.md',
];

/**
 * Gives the page with every table made anew: between `<!-- keys:<app> -->` and `<!-- /keys -->` the app's environment,
 * between `<!-- document-keys:<part> -->` and `<!-- /keys -->` a part of the front ends' file, after `<!-- profiles:all -->` what is
 * known of each kind of IdP, after `<!-- options:… -->` and `<!-- refusals:… -->` the module's of a service.
 */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- (keys|document-keys|profiles|options|refusals):([A-Za-z-]+) -->\n)[\s\S]*?(<!-- \/keys -->)/g,
    (_, start: string, kind: string, name: string, end: string) => `${start}\n${madeAnew(kind, name)}\n\n${end}`,
  );
}

function madeAnew(kind: string, name: string): string {
  if (kind === 'profiles') return toProfileTable();
  if (kind === 'options') return toMarkdownTable(SyncSettings);
  if (kind === 'refusals') return toRefusalTable();
  return kind === 'keys' ? tableOf(name) : toDocumentTable(FrontEndsFile, name);
}

function toRefusalTable(): string {
  const rows = Object.entries(refusals).map(
    ([name, { status, title, detail }]) => `| \`${name}\` | ${status} | ${title} | ${detail} |`,
  );
  return ['| name | status | means | what to do |', '|---|---|---|---|', ...rows].join('\n');
}

function tableOf(app: string): string {
  const schema = schemas[app];
  if (schema === undefined) throw new Error(`no app ${app}`);
  return toMarkdownTable(schema);
}

/** Gives every file of the contract by its path: JSON Schemas, and the AsyncAPI document. */
export function contractFiles(): Readonly<Record<string, string>> {
  const schemas = Object.entries(contractSchemas()).map(([name, schema]) => [
    `docs/contract/${name}`,
    `${JSON.stringify(schema, null, 2)}\n`,
  ]);
  return {
    ...(Object.fromEntries(schemas) as Readonly<Record<string, string>>),
    'docs/contract/asyncapi.yaml': stringify(asyncApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 }),
  };
}

/** Writes the page anew. */
export async function writeTables(page: URL): Promise<void> {
  await writeFile(page, withTables(await readFile(page, 'utf8')));
}

/** Writes the files of the contract anew, below `root`. */
export async function writeContract(root: URL): Promise<void> {
  for (const [path, text] of Object.entries(contractFiles())) await writeFile(new URL(path, root), text);
}
