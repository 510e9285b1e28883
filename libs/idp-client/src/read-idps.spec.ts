import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '#config';
import { readIdps } from './read-idps.js';

const client = 'client: { id: gateway, secret: { env: SECRET } }';
const env = { SECRET: 'hunter2' };

function faultsOf(entry: string, more = ''): readonly string[] {
  try {
    readIdps('IDPS', `idps:\n  main: { issuer: https://idp.example, ${client}, ${entry} }\n${more}`, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain('hunter2');
    return error.faults.map(({ key, message }) => `${key}: ${message}`);
  }
}

describe('the IdPs that a session-poller reads', () => {
  it('stand in a file that may have more in it', () => {
    expect(faultsOf('profile: keycloak', 'services: 5\nfrontEnds: [{ origin: 7 }]')).toEqual([]);
  });

  it('are asked at no shorter interval than the profile’s, unless loudly', () => {
    expect(faultsOf('profile: keycloak, probe: { intervalS: 5 }')).toEqual([
      'IDPS: line 2, idps.main.probe.intervalS: is shorter than profile keycloak permits (60 s); only unsafeIntervalS may go under it',
    ]);
    expect(faultsOf('profile: keycloak, probe: { unsafeIntervalS: 5 }')).toEqual([]);
    expect(faultsOf('profile: auth0, probe: { intervalS: 899 }')).toHaveLength(1);
  });

  it('POL-03: are not asked in a way that keeps their sessions alive, unless it is permitted', () => {
    expect(faultsOf('profile: duende, tokensEndWithSession: true, probe: { method: introspect }')).toEqual([
      'IDPS: line 2, idps.main.probe.method: introspect keeps sessions of a duende IdP from idling out; choose another, or set allowKeepalive',
    ]);
    expect(
      faultsOf('profile: duende, tokensEndWithSession: true, probe: { method: introspect, allowKeepalive: true }'),
    ).toEqual([]);
    expect(faultsOf('profile: keycloak, probe: { confirm: refresh }')).toHaveLength(1);
    const alive = 'probe: { method: refresh, allowKeepalive: true, intervalS: 299 }';
    expect(faultsOf(`profile: keycloak, ${alive}`)).toEqual([
      'IDPS: line 2, idps.main.probe.intervalS: is shorter than profile keycloak permits (300 s); only unsafeIntervalS may go under it',
    ]);
  });

  it('are not asked in a way that can never tell', () => {
    expect(faultsOf('profile: auth0, probe: { method: introspect }')).toEqual([
      'IDPS: line 2, idps.main.probe.method: introspect can never tell at a auth0 IdP, whose tokens outlive its sessions; if they do not, set tokensEndWithSession',
    ]);
    expect(faultsOf('profile: auth0, tokensEndWithSession: true, probe: { method: introspect }')).toEqual([]);
    expect(faultsOf('profile: keycloak, tokensEndWithSession: false')).toHaveLength(1);
    expect(faultsOf('profile: keycloak, probe: { confirm: admin-api }')).toEqual([
      'IDPS: line 2, idps.main.probe.confirm: admin-api needs adminApi: where the API of sessions is',
    ]);
  });

  it('need the secret of the client that introspects, and not those that only a gateway needs', () => {
    expect(faultsOf('probe: { client: { id: looker } }')).toEqual([
      'IDPS: line 2, idps.main.probe.client: needs secret for client_secret_basic',
    ]);
    expect(faultsOf('probe: { client: { id: looker, secret: { env: NOT_SET } } }')).toEqual([
      'IDPS: line 2, idps.main.probe.client.secret: names a variable that is not set',
    ]);
    expect(faultsOf('globalTokenRevocation: { authorization: { env: NOT_SET } }')).toEqual([]);
  });

  it('get security events with a token or as a client: one of the two, and with its secret', () => {
    const poll = (how: string) => faultsOf(`ssf: { transmitter: https://ssf.example, audience: us, poll: { ${how} } }`);
    const either = 'IDPS: line 2, idps.main.ssf.poll: needs either authorization or client';
    expect(poll('everyS: 5')).toEqual([either]);
    expect(poll('authorization: { env: SECRET }, client: { id: receiver, secret: { env: SECRET } }')).toEqual([either]);
    expect(poll('authorization: { env: SECRET }')).toEqual([]);
    expect(poll('client: { id: receiver, secret: { env: SECRET } }')).toEqual([]);
    expect(poll('client: { id: receiver }')).toEqual([
      'IDPS: line 2, idps.main.ssf.poll.client: needs secret for client_secret_basic',
    ]);
    expect(poll('authorization: { env: NOT_SET }')).toEqual([
      'IDPS: line 2, idps.main.ssf.poll.authorization: names a variable that is not set',
    ]);
  });

  it('are not polled twice for the same events', () => {
    const ssf = 'ssf: { transmitter: https://ssf.example, audience: us, poll: { authorization: { env: SECRET } } }';
    const other = `  other: { issuer: https://other.example, ${client}, ${ssf} }`;
    expect(faultsOf(ssf, other)).toEqual([
      'IDPS: line 3, idps.other.ssf.poll: stands twice for this transmitter and audience: once is enough',
    ]);
    expect(faultsOf(ssf, other.replace('audience: us', 'audience: others'))).toEqual([]);
  });
});
