import type { CalibrationFacts } from './calibration.js';
import type { Sid, Sub } from './ids.js';

/** Why a session ended: a closed list for those who write; whoever reads takes an unknown one for a logout (EVT-03). */
export const causes = [
  'rp_initiated',
  'backchannel_logout',
  'frontchannel_logout',
  'silent_check',
  'poll_session_ended',
  'idp_admin',
  'ssf_session_revoked',
  'global_token_revocation',
  'account_disabled',
  'token_reuse',
  'user_global_logout',
  'operator',
  'session_expired',
] as const;
export type Cause = (typeof causes)[number];

/** Endings after which the person's other sessions at the IdP are doubted: IdPs that end them all may name but one. */
const SPREADING: readonly Cause[] = [
  'rp_initiated',
  'backchannel_logout',
  'frontchannel_logout',
  'idp_admin',
  'ssf_session_revoked',
  'global_token_revocation',
  'account_disabled',
  'token_reuse',
  'user_global_logout',
  'operator',
];

/** Whether the person's other sessions should be asked about soon: after an ending that was said to us, not one that we found. */
export function shouldSpread(cause: Cause): boolean {
  return SPREADING.includes(cause);
}

/** Gives an ending's cause as pages are told it: a session that was ended at its absolute end, or that nobody has ended yet, is `expired`. */
export function reasonOfEnd(cause: string): string {
  return cause === 'session_expired' ? 'expired' : cause;
}

/** What the mass-logout brake must know of an ending that a poll has found. */
export interface Braked {
  readonly iss: string;
  /** whose session it is: calibration is of each client */
  readonly clientId: string;
  readonly method: string;
  /** how often one session is asked about */
  readonly intervalMs: number;
  /** a session that is held may be used only after a silent sign-in */
  readonly reauthenticate: boolean;
  /** the way to ask must be calibrated, and this is what speaks for it; undefined: it need not be */
  readonly calibration:
    Pick<CalibrationFacts, 'lastActiveAt' | 'openedAt' | 'idpCheckedAt' | 'weakEndedAt'> | undefined;
}

/** Which SSO sessions an ending is about. Never an `idpSid` without its issuer and client. */
export type EndingOf =
  | {
      readonly kind: 'sid';
      readonly sid: Sid;
      /** the probe that says so; void when its lease was lost or the tokens have changed since */
      readonly onlyIf?: { readonly leaseId: string; readonly tokenGeneration: number };
      /** a poll says so: subject to the mass-logout brake */
      readonly braked?: Braked;
    }
  /** one that the brake held back, if it still does and the tokens are those of then */
  | { readonly kind: 'held'; readonly sid: Sid; readonly tokenGeneration: number }
  | {
      readonly kind: 'idp_session';
      readonly iss: string;
      readonly clientId: string;
      readonly idpSid: string;
      readonly sub: Sub | undefined;
    }
  | { readonly kind: 'subject'; readonly iss: string; readonly clientId: string; readonly sub: Sub }
  /** everything of a person, through whatever client it came: said by us, not by the IdP */
  | { readonly kind: 'person'; readonly iss: string; readonly sub: Sub }
  /** sessions whose absolute end came before `effectiveAt`, so many at most; each is told to have ended at its own, and is its own `causeId` */
  | { readonly kind: 'expired'; readonly limit: number };

/** Somebody learned that SSO sessions have ended: who, how, and since when. */
export interface Ending {
  readonly of: EndingOf;
  readonly cause: Cause;
  /** what the cause can be traced by: the jti of a logout token, the id of a probe */
  readonly causeId: string;
  /** when the IdP session ended, as near as anyone knows */
  readonly effectiveAt: Date;
  readonly evidence: { readonly method: string; readonly strength: 'strong' | 'weak'; readonly probes: number };
  readonly initiatingEntity: 'user' | 'admin' | 'policy' | 'system';
}

/** What an ending did. No sessions: all had ended before, or there were none; both are success. */
export interface EndResult {
  readonly ended: readonly { readonly sid: Sid; readonly iss: string; readonly eventId: string }[];
  /** what a poll found was not written: the brake holds it back, or the way to ask has to say `active` again first */
  readonly withheld?: 'held' | 'doubted';
}
