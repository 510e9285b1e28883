import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '#session';
import { Repeated } from '../repeated.js';
import type { KeySwitch } from './key-switch.js';

const PERIOD_MS = 2_000;

/**
 * Looks every two seconds whether the key set has changed: because a replica rotated, or because the moment has come from
 * which a key signs or at which it leaves. The query reads a handful of rows.
 */
@Injectable()
export class KeyWatch extends Repeated {
  private readonly logger = new Logger('keys');

  constructor(private readonly keySwitch: KeySwitch) {
    super(PERIOD_MS);
  }

  protected async round(): Promise<boolean> {
    await this.keySwitch.look();
    return false;
  }

  protected tellFault(error: unknown): void {
    this.logger.warn(`keys.look_failed reason=${reasonOf(error)}`);
  }
}
