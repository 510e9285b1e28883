import { setTimeout } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { reasonOf } from '#session';
import type { Staleness } from './access-decision.js';
import type { ChannelEnd, ChannelOwner, SessionChannels } from './session-channels.js';
import type { SessionAccess } from './session-access.js';
import { SessionRefused } from './session-refusals.js';

const PAUSE_MS = 1_000;
const AT_ONCE = 16;

/**
 * Asks of every session with open channels, each second, what the guard would ask of a request: memory answers, unless the
 * feed of endings is not heard. So channels close also when their session expires, and when an ending was missed.
 */
export class ChannelWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChannelWatch.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly channels: SessionChannels,
    private readonly access: Pick<SessionAccess, 'admit'>,
    private readonly staleness: Staleness,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Looks at every held session once. */
  async look(): Promise<void> {
    const owners = this.channels.owners();
    for (let next = 0; next < owners.length && !this.stopping.signal.aborted; next += AT_ONCE)
      await Promise.all(owners.slice(next, next + AT_ONCE).map((owner) => this.lookAt(owner)));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => {
        this.logger.error(`channels.watch.failed reason=${reasonOf(error)}`);
      });
      await setTimeout(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined); // a stop ends the pause
    }
  }

  private async lookAt(owner: ChannelOwner): Promise<void> {
    try {
      await this.access.admit({ ...owner, authTime: undefined, idpCheckedAt: undefined }, this.staleness);
    } catch (error) {
      const end = endAfter(error);
      if (end !== undefined) this.channels.close(owner, end);
    }
  }
}

/** Not knowing for a moment closes nothing. */
function endAfter(error: unknown): ChannelEnd | undefined {
  if (!(error instanceof SessionRefused)) return undefined;
  if (error.refusal === 'endings-unknown') return { kind: 'try_again', reason: error.refusal };
  if (error.refusal !== 'session-ended') return undefined;
  const { reason = 'unknown' } = error.getResponse() as { readonly reason?: string };
  return { kind: 'ended', cause: reason };
}
