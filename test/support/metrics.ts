import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { parse } from 'yaml';

const PAGE = 'docs/metrics.md';

/** The part of the page of metrics that stands under this heading. */
export async function partOfPage(heading: string): Promise<string> {
  const parts = (await readFile(PAGE, 'utf8')).split(/^## /m);
  const part = parts.find((text) => text.startsWith(`${heading}\n`));
  if (part === undefined) throw new Error(`${PAGE} has no part "${heading}"`);
  return part;
}

/** The metrics that the page says a process has. */
export async function documentedMetrics(heading: string): Promise<readonly string[]> {
  return namesIn(await partOfPage(heading), /^\| `(sso_[a-z_]+)` +\|/gm);
}

/** The metrics of ours that a process says it has. */
export function metricsToldIn(text: string): readonly string[] {
  return namesIn(text, /^# TYPE (sso_[a-z_]+) /gm);
}

/** What the alerts of the page ask for. */
export async function alertExpressions(): Promise<readonly string[]> {
  const [, rules = ''] = /```yaml\n([\s\S]*?)```/.exec(await partOfPage('Alerts')) ?? [];
  const { groups } = parse(rules) as { readonly groups: readonly [{ readonly rules: readonly { expr: string }[] }] };
  return groups[0].rules.map(({ expr }) => expr);
}

/** Asks a process for its metrics as a page of another origin would, which gets no leave to read them. */
export async function metricsOf(origin: string): Promise<string> {
  const response = await fetch(`${origin}/metrics`, { headers: { origin: 'https://elsewhere.example' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  return response.text();
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name).sort((a, b) => a.localeCompare(b));
}
