import { Module } from '@nestjs/common';
import { SilentAttempts } from './silent-attempts.js';
import { SessionFreshness } from './session-freshness.js';
import { SilentDoor } from './silent-door.js';

/** What bounds silent sign-ins. */
@Module({ providers: [SessionFreshness, SilentAttempts, SilentDoor], exports: [SilentAttempts, SilentDoor] })
export class SilentModule {}
