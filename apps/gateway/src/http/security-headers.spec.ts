import helmet from '@fastify/helmet';
import { describe, expect, it } from '@jest/globals';
import Fastify from 'fastify';
import type { FrontEnd } from '../front-ends/front-end.js';
import { SecurityHeaders } from './security-headers.js';

const frontEnd = (secure: boolean) =>
  ({ secure, idp: { issuer: 'https://idp.example.com/t/' } }) as unknown as FrontEnd;

describe('the security headers', () => {
  it('are all that helmet sets, with its values, and what each front end adds', async () => {
    const app = Fastify();
    const off = { hsts: false, contentSecurityPolicy: false, crossOriginEmbedderPolicy: false } as const;
    await app.register(helmet, { ...off, frameguard: { action: 'deny' }, referrerPolicy: { policy: 'no-referrer' } });
    app.get('/', () => '');
    const { headers } = await fetch(await app.listen());
    const plain = ['content-type', 'content-length', 'date', 'connection', 'keep-alive'];
    const ofHelmet = Object.fromEntries([...headers].filter(([name]) => !plain.includes(name)));
    await app.close();
    expect(Object.keys(ofHelmet).length).toBeGreaterThan(8);
    const front = frontEnd(true);
    const ours = new SecurityHeaders([front]);
    expect(ours.of(undefined)).toEqual(ofHelmet);
    expect(ours.of(front)).toEqual({
      ...ofHelmet,
      'content-security-policy': expect.stringContaining("frame-src 'self' https://idp.example.com;"),
      'strict-transport-security': expect.stringContaining('max-age='),
    });
  });

  it('ask for https only where there is https', () => {
    const front = frontEnd(false);
    expect(new SecurityHeaders([front]).of(front)).not.toHaveProperty('strict-transport-security');
  });
});
