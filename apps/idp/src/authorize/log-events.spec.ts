import { describe, expect, it } from '@jest/globals';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { refusalLine } from './log-events.js';

const request = (params: object, client?: object) => ({ oidc: { params, client } }) as unknown as KoaContextWithOIDC;

describe('the line about a refused request', () => {
  it('says who was refused, where and why', () => {
    const error = new errors.InvalidGrant('client mismatch');
    expect(refusalLine('token', request({}, { clientId: 'spa' }), error)).toBe(
      'request.refused at=token client="spa" error=invalid_grant reason="client mismatch"',
    );
  });

  it('shows a redirect URI that is not registered, in quotes and not at length', () => {
    const uri = `https://app.example.test/callback\nnew line${'x'.repeat(500)}`;
    const line = refusalLine(
      'authorization',
      request({ client_id: 'a', redirect_uri: uri }),
      new errors.InvalidRedirectUri(),
    );
    expect(line).toContain('redirect_uri="https://app.example.test/callback\\nnew line');
    expect(line).not.toContain('\n');
    expect(line.length).toBeLessThan(500);
  });

  it('holds no parameter that could be a secret', () => {
    const secrets = { client_secret: 'SECRET', code: 'SECRET', id_token_hint: 'SECRET', refresh_token: 'SECRET' };
    expect(refusalLine('token', request(secrets), new errors.InvalidClient('SECRET?'))).not.toContain('"SECRET"');
  });
});
