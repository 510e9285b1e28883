import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outgoingFetch } from './outgoing-fetch.js';

/** Stands for the engine's guard: a dispatcher that lets nothing through. */
const guarded = {
  method: 'POST',
  dispatcher: {
    dispatch: () => {
      throw new Error('refused by the guard');
    },
  },
} as unknown as RequestInit;

const server = createServer((request, response) => {
  if (request.url === '/away') response.writeHead(302, { location: '/x' });
  response.end('reached');
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('outgoing calls', () => {
  it('reach an allowed private host', async () => {
    const response = await outgoingFetch(['localhost'])(`http://localhost:${port}/x`, guarded);
    expect(await response.text()).toBe('reached');
  });

  it('follow no redirect of an allowed private host', async () => {
    const { status } = await outgoingFetch(['localhost'])(`http://localhost:${port}/away`, guarded);
    expect(status).toBe(302);
  });

  it('are refused where they would go without a guard', async () => {
    await expect(outgoingFetch([])(`http://localhost:${port}/x`, { method: 'POST' })).rejects.toThrow(
      'without its guard',
    );
  });

  it('say which key lets a private host be called', async () => {
    const refusing = {
      dispatcher: {
        dispatch: (
          _options: unknown,
          handler: { onError?: (error: Error) => void; onResponseError?: (...args: unknown[]) => void },
        ) => {
          const error = new Error('hostname resolves to a special-use IP address'); // the engine's words
          if (handler.onResponseError === undefined) handler.onError?.(error);
          else handler.onResponseError(undefined, error);
          return true;
        },
      },
    } as unknown as RequestInit;
    await expect(outgoingFetch([])('http://10.0.0.1/x', refusing)).rejects.toThrow('IDP_PRIVATE_HOSTS_ALLOWED');
  });

  it('pass the guard for every other name, also of the same machine', async () => {
    await expect(outgoingFetch(['localhost'])(`http://127.0.0.1:${port}/x`, guarded)).rejects.toThrow();
  });
});
