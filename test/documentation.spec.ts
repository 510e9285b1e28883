import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { withTables } from '../scripts/docs/generate.js';

describe('the documentation', () => {
  it('has every configuration key as the schemas have it (npm run docs makes the tables)', async () => {
    const page = await readFile('README.md', 'utf8');
    expect(page).toBe(withTables(page));
    expect(page).toContain('| `UNSAFE_POLL_INTERVAL_S` |');
  });
});
