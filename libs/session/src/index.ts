export { parseSid, parseSub } from './ids.js';
export type { Sid, Sub } from './ids.js';
export { SessionError } from './errors.js';
export { reasonOf } from './reason-of.js';
export type { SessionErrorCode } from './errors.js';
export { causes } from './ending.js';
export type { Cause, Ending, EndingOf, EndResult } from './ending.js';
export { isUsable } from './sso-session.js';
export type { BrowserSession, NewSsoSession, SsoSession, TokenSet } from './sso-session.js';
export { judgeIntrospection } from './verdict.js';
export type { ProbeOutcome, ProbeTarget, UnknownReason, Verdict } from './verdict.js';
export { issuerProfile, issuerProfileNames, probeMethods, slidesIdle } from './issuer-profile.js';
export type { ErrorMeaning, IssuerProfile, IssuerProfileName, ProbeMethod, Push } from './issuer-profile.js';
export { judgeRefresh, refreshedTokens } from './refresh.js';
export type { RefreshOutcome, RefreshVerdict } from './refresh.js';
export { planRefresh } from './refresh-plan.js';
export type { RefreshPlan, RefreshRules } from './refresh-plan.js';
export { firstProbeDelayMs } from './schedule.js';
export { decide } from './decide.js';
export type { ProbeDecision, ProbeProgress } from './decide.js';
export {
  decodeSessionEnded,
  encodeSessionEnded,
  eventPatternOf,
  SESSION_ENDED,
  sessionEndedOf,
  subjectOf,
} from './session-ended.js';
export type { SessionEnded } from './session-ended.js';
export { MARK_LIFE_MS, markForbids, markOf } from './revocation-mark.js';
export type { RevocationMark } from './revocation-mark.js';
export {
  AppSessions,
  BrowserSessions,
  Clock,
  HubCleanUp,
  Outbox,
  OutboxSignal,
  REPLACED_FOR_MS,
  SeenTokens,
  SsoSessions,
} from './ports.js';
export { decodeReceipt, encodeReceipt, RECEIPT, receiptSubjectOf } from './receipt.js';
export type {
  AppSession,
  NewBrowserSession,
  OnceToken,
  OpenedSession,
  OutboxRow,
  Publish,
  TakenToken,
} from './ports.js';
export {
  LoginTransactions,
  LogoutTransactions,
  Receipts,
  SessionSignal,
  SessionTokens,
  SilentLedger,
} from './gateway-ports.js';
export type {
  LoginTransaction,
  LogoutProgress,
  LogoutTransaction,
  Receipt,
  RefreshState,
  SessionChange,
  SessionTokenSet,
} from './gateway-ports.js';
export { IssuerHealth, ProbeQueue } from './poller-ports.js';
export type { Calibration, ClaimedSession, HeldEnding, Lane, ProbeRecord, ReauthReason } from './poller-ports.js';
export { RecentlyUsed } from './recently-used.js';
export { channelHealth, FAILURES_UNHEALTHY } from './ssf-stream.js';
export type { ChannelHealth, SsfReply, SsfStream, SsfStreamStatus } from './ssf-stream.js';
export { SsfStreams } from './ssf-ports.js';
export type { SsfLease, SsfStreamKey } from './ssf-ports.js';
