import { afterEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { gatewayClient } from '../../scripts/compose/gateway-client.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { CalibrationRun, CLIENT_SECRET } from '../support/calibration.js';
import { PlainProvider } from '../support/plain-provider.js';

const port = await freePort();
const callback = `http://localhost:${port}/callback`;

describe("a calibration of this repository's IdP", () => {
  const client = {
    ...gatewayClient({ frontEnds: [], gateway: 'http://127.0.0.1:9' }, CLIENT_SECRET),
    redirect_uris: [callback],
  };
  const idp = browserIdpForSuite({ IDP_CLIENTS: JSON.stringify([client]), SESSION_IDLE_S: '4' });

  it('finds with its real pages what its profile says, and that no way of asking slides', async () => {
    const options = ['--profile', 'session-sync', '--idle-s', '4'];
    const run = await CalibrationRun.start(idp().issuer, port, options);
    const { password } = idp().person('ana');
    const { code, output, result } = await run.follow(idp().issuer, (browser, page, form) =>
      browser.submit(page, form, { text: 'ana', password }),
    );
    if (code !== 0) throw new Error(output);
    const { conclusion, findings, yaml } = result;
    expect(conclusion).toMatchObject({
      ...{ method: { value: 'introspect', sure: 'high' }, token: 'refresh_token', contradictsSliding: false },
      ...{ tokensEndWithSession: { value: true }, refreshTokens: { value: 'stay' }, refusals: ['400 invalid_grant'] },
    });
    expect(findings.announced).toMatchObject({ backchannelLogout: true, backchannelLogoutSession: true });
    expect(Object.values(findings.sliding).map(({ kind }) => kind)).toEqual(Array(4).fill('lets_idle'));
    expect(yaml).not.toContain('method:'); // as the profile has it
    expect(output).not.toContain(CLIENT_SECRET);
    expect(output).not.toContain(password);
  }, 180_000);
});

describe('a calibration of an oidc-provider of somebody else', () => {
  let provider: PlainProvider | undefined;
  afterEach(() => provider?.stop());
  const client = { client_id: 'gateway', client_secret: CLIENT_SECRET, redirect_uris: [callback] };

  it('finds a way to ask without refresh tokens, and writes that to a generic profile', async () => {
    provider = await PlainProvider.start(() => [], { clients: [client] });
    const run = await CalibrationRun.start(provider.issuer, port);
    const { code, output, result } = await run.follow(provider.issuer);
    if (code !== 0) throw new Error(output);
    const { conclusion, findings, yaml } = result;
    expect(findings.signIn.refreshToken).toBe(false);
    expect(findings.live.refresh.kind).toBe('not_possible');
    expect(conclusion).toMatchObject({
      ...{ method: { value: 'introspect' }, token: 'access_token', confirm: { value: 'userinfo' } },
      tokensEndWithSession: { value: true },
    });
    expect(yaml).toContain('tokensEndWithSession: true');
    expect(yaml).not.toContain('refreshTokens');
  }, 120_000);

  it('finds refresh tokens that rotate, another signature, and pushed requests that are required', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: '2026', alg: 'ES256', use: 'sig' };
    const habits = {
      ...{ token_endpoint_auth_method: 'client_secret_post' as const, id_token_signed_response_alg: 'ES256' as const },
      grant_types: ['authorization_code', 'refresh_token'],
    };
    provider = await PlainProvider.start(() => [], {
      ...{ jwks: { keys: [jwk] }, clients: [{ ...client, ...habits }], rotateRefreshToken: true },
      issueRefreshToken: () => Promise.resolve(true),
      features: {
        ...{ devInteractions: { enabled: false }, introspection: { enabled: true }, revocation: { enabled: true } },
        pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      },
    });
    const run = await CalibrationRun.start(provider.issuer, port, ['--auth-method', 'client_secret_post']);
    const { code, output, result } = await run.follow(provider.issuer);
    if (code !== 0) throw new Error(output);
    const { conclusion, findings, yaml } = result;
    expect(findings.announced.par).toBe('required');
    expect(findings.refresh).toMatchObject({ rotates: true, bringsIdToken: true, oldRefreshToken: { kind: 'gone' } });
    expect(conclusion).toMatchObject({
      ...{ method: { value: 'introspect' }, token: 'refresh_token', refreshTokens: { value: 'rotate' } },
      refusals: ['400 invalid_grant'],
    });
    for (const line of ['algorithm: ES256', 'auth: client_secret_post']) expect(yaml).toContain(line);
  }, 120_000);
});
