import { Logger } from '@nestjs/common';
import type { Engine } from '../authorize/engine.js';
import type { KeyRing } from './key-ring.js';

/** Gives the engine the keys of the moment. */
export class KeySwitch {
  private readonly logger = new Logger('keys');
  private tail: Promise<unknown> = Promise.resolve();

  /** @param inUse fingerprint of the key set that the engine began with, or of an earlier one */
  constructor(
    private readonly keys: KeyRing,
    private readonly engine: Engine,
    private inUse: string,
  ) {}

  /** Renews the engine when the key set has changed. One look at a time, so that the newest set wins. */
  look(): Promise<void> {
    const mine = this.tail.then(() => this.lookOnce());
    this.tail = mine.catch(() => undefined);
    return mine;
  }

  private async lookOnce(): Promise<void> {
    const found = await this.keys.fingerprint();
    if (found === this.inUse) return;
    await this.engine.renew(); // loads after our look: at worst one renewal too many
    this.inUse = found;
    this.logger.log(`keys.in_use first=${found.split(' ')[0] ?? ''} keys=${found.split(' ').length}`);
  }
}
