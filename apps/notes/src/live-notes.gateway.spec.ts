import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { parseSid, parseSub } from '#session';
import { type AppSession, SessionChannels, type SessionDoor } from '#session-sync';
import { LiveNotesGateway } from './live-notes.gateway.js';
import { NoteFeed } from './note-feed.js';

const ANA: AppSession = {
  ...{ iss: 'https://idp.example.com', sub: parseSub('ana')!, openedAt: new Date(0), expiresAt: new Date(1e15) },
  ...{ sid: parseSid('00000000-0000-7000-8000-000000000001')!, revoked: undefined },
};
const NOTE = { id: 'n', text: 'x'.repeat(10_000), createdAt: new Date(0) };

describe('live notes', () => {
  const closers: (() => void)[] = [];
  afterAll(() => {
    for (const close of closers) close();
  });

  it('part with a browser that does not read, and keep nothing for it', async () => {
    const feed = new NoteFeed();
    const channels = new SessionChannels({ markOn: () => undefined } as never);
    const door = { admit: () => Promise.resolve(ANA) } as unknown as SessionDoor;
    const gateway = new LiveNotesGateway(door, channels, feed);
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closers.push(() => {
      server.close();
    });
    const atServer = new Promise<WebSocket>((resolve) => {
      server.on('connection', (socket, request) => {
        void gateway.handleConnection(socket, request).then(() => {
          resolve(socket);
        });
      });
    });
    await once(server, 'listening');
    const browser = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closers.push(() => {
      browser.terminate();
    });
    browser.on('error', () => undefined);
    await once(browser, 'open');
    browser.pause();
    const socket = await atServer;
    for (let added = 0; added < 5_000 && channels.size > 0; added += 1) {
      feed.added(ANA.sub, NOTE);
      await setImmediate();
    }
    expect([channels.size, socket.bufferedAmount < 5_000_000]).toEqual([0, true]);
  });
});
