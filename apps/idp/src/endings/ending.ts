/** Why a session of this IdP ends, or why it ends for one of its clients. */
export const ENDING_CAUSES = [
  'signed_out',
  'account_switched',
  'idle_expired',
  'absolute_expired',
  'operator',
  'account_page',
  'password_changed',
  'mfa_reset',
  'account_disabled',
  'consent_withdrawn',
] as const;

/** One of them. */
export type EndingCause = (typeof ENDING_CAUSES)[number];

/** How a session ends. */
export interface HowEnded {
  readonly cause: EndingCause;
  /** a person's sub, `operator` or `system` */
  readonly actor: string;
  /** false: no client is told; they can only find out by asking. Default true */
  readonly push?: boolean;
  /** true: also what was granted for offline use, which otherwise outlives the session (Back-Channel Logout §2.7) */
  readonly offlineToo?: boolean;
}

/** What ending one session has set going. */
export interface EndedSession {
  readonly endingId: string;
  readonly sessionUid: string;
  readonly sub: string;
  /** the clients that will be told */
  readonly clientIds: readonly string[];
}
