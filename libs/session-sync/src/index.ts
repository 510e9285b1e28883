export { SessionSyncModule } from './session-sync.module.js';
export type { SessionSyncOptions } from './session-sync.module.js';
export { SessionGuard } from './session.guard.js';
export { CurrentSession } from './current-session.decorator.js';
export { Public } from './public.decorator.js';
export { startSessionSync } from './start-session-sync.js';
export { SyncState } from './sync-state.js';
export type { AppSession } from '#session';
export { optionsFromKeys, serviceKeys } from './service-keys.js';
