import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { UsageError } from './command.js';
import { plan } from './plan.js';

async function told(line: string): Promise<string> {
  const lines: string[] = [];
  await plan.run(line.split(' ').filter(Boolean), (text) => lines.push(text), {});
  return lines.join('\n');
}

describe('npm run sso -- plan', () => {
  it('the examples of docs/polling.md are what it prints', async () => {
    const page = await readFile(new URL('../../docs/polling.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/^\$ npm run sso -- plan (.*)\n((?:.+\n)+?)```/gm)];
    expect(examples.length).toBeGreaterThanOrEqual(3);
    for (const [, line, printed] of examples) expect(`${await told(line!)}\n`).toBe(printed);
  });

  it('gives the figures as JSON', async () => {
    expect(JSON.parse(await told('--sessions 1800 --active 0 --awake 100% --json'))).toMatchObject({
      ...{ wantedPerS: 2, probesPerS: 2, pollers: 1, writesPerS: 4 },
      awake: { worstMs: 1_080_050 },
      warnings: [],
    });
  });

  it.each([
    ['', /--active must be a share/],
    ['--active 5%', /--sessions must be a number above 0/],
    ['--sessions many --active 5%', /--sessions must be a number above 0/],
    ['--sessions 10 --active 105%', /--active must be a share/],
    ['--sessions 10 --active 60% --awake 60%', /more than all together/],
    ['--sessions 10 --active 5% --profile mine', /--profile is one of session-sync/],
    ['--sessions 10 --active 5% --latency-ms 0', /--latency-ms must be/],
    ['--sessions 10 --active 5% --nonsense', /--nonsense/],
  ])('refuses %p', async (line, why) => {
    const running = told(line);
    await expect(running).rejects.toThrow(UsageError);
    await expect(running).rejects.toThrow(why);
  });
});
