import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeDocument, toDocumentHelp, toDocumentTable } from './describe-document.js';

const Schema = z.strictObject({
  owners: z.record(z.string(), z.strictObject({ id: z.string().describe('its id') })),
  places: z.array(
    z.strictObject({
      from: z
        .union([
          z.strictObject({ env: z.string() }),
          z.strictObject({ file: z.string(), lines: z.number().optional() }),
        ])
        .optional()
        .describe('a|b'),
      mode: z.enum(['a', 'b']).default('a').describe('which'),
      life: z.strictObject({ ttlS: z.number().default(60).describe('how long') }).prefault({}),
      tags: z.array(z.string()).default([]).describe('words'),
      extra: z
        .strictObject({ on: z.boolean().describe('whether') })
        .optional()
        .describe('more'),
    }),
  ),
});

describe('a document', () => {
  it('is described key by key, with what may stand there and its default', () => {
    expect(
      describeDocument(Schema).map(({ path, type, defaultText, required }) => [path, type, defaultText, required]),
    ).toEqual([
      ['owners.<name>.id', 'text', undefined, true],
      ['places[].from', '`{env}` or `{file, lines?}`', undefined, false],
      ['places[].mode', '`a`, `b`', 'a', false],
      ['places[].life.ttlS', 'seconds', '60', false],
      ['places[].tags', 'list of text', '[]', false],
      ['places[].extra', '`{on}`', undefined, false],
      ['places[].extra.on', '`true` or `false`', undefined, true],
    ]);
  });

  it('becomes a table, and a part of --help', () => {
    expect(toDocumentTable(Schema, 'places')).toContain(
      '| `places[].from` | `{env}` or `{file, lines?}` | a\\|b | none |',
    );
    expect(toDocumentTable(Schema, 'places')).not.toContain('owners');
    expect(toDocumentHelp('The file:', Schema)).toContain(
      '  places[].life.ttlS (seconds; default 60)\n      how long\n',
    );
  });
});
