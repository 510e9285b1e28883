export { createSession } from './gateway/create-session.js';
export type { Session, SessionOptions, SignInOptions, SignOutOptions, User } from './gateway/session.js';
export type { Outcome, SilentReport } from './outcome.js';
export type { SessionState, Status } from './session-state.js';
export type { DirectOptions, DirectSession, DirectSignInOptions } from './direct/session.js';
export type { Claims } from './direct/id-token.js';
export { createDirectSession } from './direct/create-direct-session.js';
