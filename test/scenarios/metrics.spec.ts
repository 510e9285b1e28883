import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

const PAGE = 'docs/metrics.md';
const namesOf = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name]) => name).sort((a, b) => (a ?? '').localeCompare(b ?? ''));

describe('the metrics of a session-poller, as a process', () => {
  const { the, startPoller, signIn, isEnded, calibrate } = pollersForSuite();
  const metricsOf = async (origin: string) => {
    const response = await fetch(`${origin}/metrics`, { headers: { origin: 'https://elsewhere.example' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    return response.text();
  };

  it('are those of the page, and the page has all of them', async () => {
    const { origin } = await startPoller();
    const page = await readFile(PAGE, 'utf8');
    const told = await metricsOf(origin);
    const documented = namesOf(page, /^\| `(sso_[a-z_]+)` +\|/gm);
    expect(namesOf(told, /^# TYPE (sso_[a-z_]+) /gm)).toEqual(documented);
    expect(told).toMatch(/^process_cpu_seconds_total /m);
  });

  it('are what the alerts of the page ask for', async () => {
    const page = await readFile(PAGE, 'utf8');
    const [, rules = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const { groups } = parse(rules) as { readonly groups: readonly [{ readonly rules: readonly { expr: string }[] }] };
    const documented = namesOf(page, /^\| `(sso_[a-z_]+)` +\|/gm);
    for (const { expr } of groups[0].rules)
      expect(documented).toContain(/sso_[a-z_]+/.exec(expr)?.[0].replace(/_bucket$/, ''));
  });

  it('POL-13: count what happens, and name no person, no session and no token', async () => {
    const { origin } = await startPoller();
    await calibrate();
    const sid = await signIn('ida');
    // the canary goes on: "inactive" of all, and of one never called active, would rightly be doubted
    the().idp.introspection = (form) => (form.get('token') === 'refresh-ida' ? inactive : active);
    await until('it ends', () => isEnded(sid));
    const told = await metricsOf(origin);
    const { issuer } = the().idp;
    const probes = `sso_probes_total{issuer="${issuer}",method="introspect",verdict=`;
    expect(told).toContain(`${probes}"active",reason=""}`);
    expect(told).toContain(`${probes}"ended",reason="weak"}`);
    expect(told).toMatch(/^sso_endings_total\{issuer="[^"]+",cause="poll_session_ended"\} 1$/m);
    expect(told).toContain(`sso_brake_state{issuer="${issuer}"} 0`);
    expect(told).toMatch(/^sso_outbox_dead 0$/m);
    for (const secret of ['ida', 'canary', 'refresh-ida', sid]) expect(told).not.toContain(secret);
  });
});
