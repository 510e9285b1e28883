import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import { reasonOf } from '#session';
import { SessionChannels, SessionDoor, SessionRefused } from '#session-sync';
import { NoteFeed } from './note-feed.js';

const SESSION_ENDED = 4401;
const TRY_AGAIN_LATER = 1013;
/** Who leaves so many bytes unread is parted with: the browser opens the socket again, and asks for its notes. */
const MOST_UNREAD = 1_000_000;

/** A person's notes as they are added: `GET /live` as a WebSocket. Closed with 4401 when nobody is signed in, or no longer; with 1013 when that is not known, or this process stops. */
@WebSocketGateway({ path: '/live', maxPayload: 1_024 })
export class LiveNotesGateway implements OnGatewayConnection {
  private readonly logger = new Logger(LiveNotesGateway.name);

  constructor(
    private readonly door: SessionDoor,
    private readonly channels: SessionChannels,
    private readonly feed: NoteFeed,
  ) {}

  async handleConnection(socket: WebSocket, request: IncomingMessage): Promise<void> {
    socket.on('error', () => undefined); // its end follows
    try {
      const session = await this.door.admit(request);
      if (socket.readyState !== socket.OPEN) return;
      const release = this.channels.hold(session, (end) => {
        if (end.kind === 'ended') socket.close(SESSION_ENDED, end.cause);
        else socket.close(TRY_AGAIN_LATER, end.reason);
      });
      const leave = this.feed.look(session.sub, (note) => {
        if (socket.bufferedAmount > MOST_UNREAD) socket.terminate();
        else socket.send(JSON.stringify({ event: 'note', data: note }));
      });
      socket.once('close', () => {
        release();
        leave();
      });
      socket.send(JSON.stringify({ event: 'ready' }));
    } catch (error) {
      this.refuse(socket, error);
    }
  }

  private refuse(socket: WebSocket, error: unknown): void {
    if (!(error instanceof SessionRefused)) {
      this.logger.error(`live.failed reason=${reasonOf(error)}`);
      socket.close(1011);
    } else socket.close(error.getStatus() === 401 ? SESSION_ENDED : TRY_AGAIN_LATER, error.refusal);
  }
}
