export { createSession } from './gateway/create-session.js';
export type { Session, SessionOptions, SignInOptions, SignOutOptions, User } from './gateway/session.js';
export type { Outcome, SilentReport } from './outcome.js';
export type { SessionState, Status } from './session-state.js';
