import type { SilentReport } from './outcome.js';

/** `unknown` is not `signed_out`: until the first answer, and where tokens have run out and a frame that may be blind brings no others. */
export type Status = 'unknown' | 'signed_in' | 'signed_out';

/** Who is signed in here, as far as this page knows. Frozen: each change makes a new one. */
export interface SessionState<User> {
  readonly status: Status;
  readonly user: User | undefined;
  /** why the session that was here has ended: a cause of the gateway's, as `rp_initiated` or `poll_session_ended` */
  readonly reason: string | undefined;
  /** the latest silent sign-in of this page */
  readonly silent: SilentReport | undefined;
}
