import { describe, expect, it } from '@jest/globals';
import { alertExpressions, documentedMetrics, metricsOf, metricsToldIn } from '../support/metrics.js';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

describe('the metrics of a session-poller, as a process', () => {
  const { the, startPoller, signIn, isEnded, calibrate } = pollersForSuite();

  it('are those of its part of the page, and that has all of them', async () => {
    const { origin } = await startPoller();
    const told = await metricsOf(origin);
    expect(metricsToldIn(told)).toEqual(await documentedMetrics('The session-poller'));
    expect(told).toMatch(/^process_cpu_seconds_total /m);
  });

  it('are, with those of the gateway, what the alerts of the page ask for', async () => {
    const documented = [
      ...(await documentedMetrics('The session-poller')),
      ...(await documentedMetrics('The gateway')),
    ];
    const asked = (await alertExpressions()).map((expr) => expr.match(/sso_[a-z_]+/g) ?? []);
    expect(asked.length).toBeGreaterThan(5);
    for (const names of asked) {
      expect(names).not.toEqual([]);
      for (const name of names) expect(documented).toContain(name.replace(/_bucket$/, ''));
    }
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
