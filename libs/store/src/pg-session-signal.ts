import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { parseSid, type SessionChange, SessionSignal } from '#session';
import { PgListener } from './pg-listener.js';

/** What the triggers of the hub's database say. */
const Payload = z.union([
  z.object({ sid: z.string().transform((text) => parseSid(text)), ended: z.string().nullable() }),
  z.object({ browser: z.string().min(1) }),
]);

/**
 * {@link SessionSignal} by Postgres LISTEN/NOTIFY. It connects when the first one wants to hear. After each connection it
 * tells `anything`, since nobody knows what was missed.
 */
export class PgSessionSignal extends SessionSignal implements OnApplicationShutdown {
  private readonly logger = new Logger(PgSessionSignal.name);
  private readonly hearers = new Set<(change: SessionChange) => void>();
  private readonly listener: PgListener;
  private wanted = false;

  constructor(url: string) {
    super();
    this.listener = new PgListener(url, 'session_changed', {
      heard: (payload) => {
        this.tell(toChange(payload));
      },
      started: () => {
        this.tell({ kind: 'anything' });
      },
    });
  }

  get isHeard(): boolean {
    return this.listener.isListening;
  }

  on(changed: (change: SessionChange) => void): () => void {
    this.hearers.add(changed);
    if (!this.wanted) {
      this.wanted = true;
      void this.listener.start();
    }
    return () => this.hearers.delete(changed);
  }

  /** Tells this process at once what it has done itself; the database will tell it again. */
  tell(change: SessionChange): void {
    for (const changed of this.hearers) {
      try {
        changed(change);
      } catch (error) {
        this.logger.error('session.signal.failed', error instanceof Error ? error.stack : String(error));
      }
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener.close();
  }
}

/** What can't be read may be about anything. */
function toChange(payload: string): SessionChange {
  const read = Payload.safeParse(parsed(payload));
  if (!read.success) return { kind: 'anything' };
  if ('browser' in read.data) return { kind: 'browser', id: read.data.browser };
  const { sid, ended } = read.data;
  return sid === undefined ? { kind: 'anything' } : { kind: 'session', sid, ended: ended ?? undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
