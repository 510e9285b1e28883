import { describe, expect, it } from '@jest/globals';
import { envValues } from './env-values.js';
import { originsOf } from './plan.js';
import { createSecrets } from './secrets.js';
import type { Stack } from './start-stack.js';

const ports = { idp: 4001, operator: 4002, frontEnds: 4003, poller: 4004, notes: 4005, billing: 4006, web: 4007 };

async function stack(): Promise<Stack> {
  return {
    origins: originsOf(ports),
    secrets: await createSecrets(),
    databases: { hub: 'postgresql://hub', idp: 'postgresql://idp', notes: 'postgresql://notes', billing: 'b' },
    natsUrl: 'nats://observer',
    natsServiceUrl: 'nats://service',
    natsUrls: { 'session-poller': 'nats://poller', notes: 'nats://notes', billing: 'nats://billing' },
    apps: new Map(),
    control: { origin: 'http://127.0.0.1:1', close: () => undefined },
  };
}

describe('the values of a running demo', () => {
  it('hold the issuer exactly as tokens have it, and what it takes to use the identity provider', async () => {
    const running = await stack();
    const values = envValues(running, undefined);
    expect(values.get('IDP_ISSUER')).toBe('http://localhost:4001/');
    expect(values.get('IDP_OPERATOR_URL')).toBe('http://127.0.0.1:4002');
    expect(values.get('IDP_OPERATOR_TOKEN')).toBe(running.secrets.operatorToken);
    for (const login of ['ana', 'ben', 'cem']) {
      expect(values.get(`${login.toUpperCase()}_LOGIN`)).toBe(login);
      expect(values.get(`${login.toUpperCase()}_PASSWORD`)).toMatch(/^\w+-\w+-\w+-\d+$/);
    }
    expect(values.get('CEM_TOTP_SECRET')).toMatch(/^[A-Z2-7]{32}$/);
    expect([...values.keys()].filter((key) => key.endsWith('TOTP_SECRET'))).toEqual(['CEM_TOTP_SECRET']);
  });

  it('hold the ids of all example clients, and the secrets of those that have one', async () => {
    const running = await stack();
    const values = Object.fromEntries(envValues(running, undefined));
    const { conf, offline, 'strict-hint': strict } = running.secrets.exampleClientSecrets;
    expect(values).toMatchObject({ SPA_CLIENT_ID: 'spa', SPA_CONSENT_CLIENT_ID: 'spa-consent' });
    expect(values).toMatchObject({ CONF_CLIENT_ID: 'conf', CONF_CLIENT_SECRET: conf });
    expect(values).toMatchObject({ STRICT_HINT_CLIENT_ID: 'strict-hint', STRICT_HINT_CLIENT_SECRET: strict });
    expect(values).toMatchObject({ OFFLINE_CLIENT_ID: 'offline', OFFLINE_CLIENT_SECRET: offline });
  });

  it('hold nothing of the built-in identity provider when a person brought their own', async () => {
    const own = {
      issuer: 'https://idp.example.com',
      clientId: 'mine',
      clientSecret: 'their secret',
      clientSecretFile: './x',
      profile: 'generic',
      clientAuthMethod: 'client_secret_basic',
      scopes: 'openid',
      plainHttp: false,
    } as const;
    const values = envValues(await stack(), own);
    expect(values.get('IDP_ISSUER')).toBe('https://idp.example.com');
    expect(values.get('CLIENT_SECRET')).toBe('their secret');
    const builtIn = [...values.keys()].filter((key) => /OPERATOR|SPA|CONF|OFFLINE|STRICT|ANA|TOTP|IDP_PID/.test(key));
    expect(builtIn).toEqual([]);
  });
});
