import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeConfig, toHelpText, toMarkdownTable } from './describe-config.js';
import { port, switchKey } from './values.js';

const Schema = z.object({
  PORT: port.describe('port to listen on'),
  STRICT: switchKey.default(false).describe('refuses more'),
  METHOD: z.enum(['basic', 'post']).default('basic').describe('basic | post'),
  EXTRA: z.string().optional().describe('may be left out'),
});

describe('the description of a configuration', () => {
  it('tells of every key whether it is required and what holds without it', () => {
    expect(describeConfig(Schema)).toEqual([
      { key: 'PORT', description: 'port to listen on', defaultText: undefined, required: true },
      { key: 'STRICT', description: 'refuses more', defaultText: 'false', required: false },
      { key: 'METHOD', description: 'basic | post', defaultText: 'basic', required: false },
      { key: 'EXTRA', description: 'may be left out', defaultText: undefined, required: false },
    ]);
  });

  it('is a Markdown table whose cells stay cells', () => {
    expect(toMarkdownTable(Schema).split('\n')).toEqual([
      '| key | meaning | default |',
      '|---|---|---|',
      '| `PORT` | port to listen on | required |',
      '| `STRICT` | refuses more | `false` |',
      '| `METHOD` | basic \\| post | `basic` |',
      '| `EXTRA` | may be left out | none |',
    ]);
  });

  it('is a help text that says how to read a value from a file', () => {
    const text = toHelpText('notes', Schema);
    expect(text).toMatch(/^notes: .*KEY_FILE=path/);
    expect(text).toContain('  PORT (required)\n      port to listen on\n');
    expect(text).toContain('  STRICT (default false)\n');
    expect(text).toContain('  EXTRA (optional)\n');
  });
});
