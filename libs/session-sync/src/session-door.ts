import { Injectable } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { type AppSession } from '#session';
import { RouteRules } from './route-rules.js';
import { SessionAccess } from './session-access.js';
import { SessionCredential } from './session-credential.js';
import { SessionRefused } from './session-refusals.js';
import { SyncState } from './sync-state.js';

/** Asks of a request what the guard asks, where no guard stands: at the upgrade of a WebSocket, in a stream, in a plugin. */
@Injectable()
export class SessionDoor {
  constructor(
    private readonly rules: RouteRules,
    private readonly sync: SyncState,
    private readonly credential: SessionCredential,
    private readonly access: SessionAccess,
  ) {}

  /**
   * Gives the session that an HTTP request comes with.
   *
   * @throws SessionRefused: its `getResponse()` is the problem, its `getStatus()` the status to answer with
   */
  async admit(request: object): Promise<AppSession> {
    if (!this.sync.caughtUp) throw new SessionRefused('catching-up');
    const claim = await this.credential.claim(new ExecutionContextHost([request]));
    if (claim === undefined) throw new SessionRefused('not-signed-in');
    return this.access.admit(claim, this.rules.defaults);
  }
}
