export { parseSid, parseSub } from './ids.js';
export type { Sid, Sub } from './ids.js';
export { SessionError } from './errors.js';
export { reasonOf } from './reason-of.js';
export type { SessionErrorCode } from './errors.js';
export { causes, reasonOfEnd, shouldSpread } from './ending.js';
export type { Braked, Cause, Ending, EndingOf, EndResult } from './ending.js';
export { isUsable } from './sso-session.js';
export type { BrowserSession, NewSsoSession, SsoSession, TokenSet } from './sso-session.js';
export { errorOf, judgeStatus, judgeUnreachable } from './judge-status.js';
export type { Answered } from './judge-status.js';
export { judgeIntrospection } from './judge-introspection.js';
export { judgeUserinfo } from './judge-userinfo.js';
export { judgeRefreshEnd } from './judge-refresh-end.js';
export type { RefreshQuestion } from './judge-refresh-end.js';
export { TOKEN_SKEW_MS, unknown } from './verdict.js';
export type { ProbeOutcome, ProbeTarget, UnknownReason, UnknownVerdict, Verdict } from './verdict.js';
export { adminApiKinds, adminApiPath, adminApiTemplates, plainAdminApi } from './admin-api-template.js';
export type { AdminApiKind, AdminApiTemplate, BodySign } from './admin-api-template.js';
export { judgeAdminSession, judgeNotFound } from './judge-admin-session.js';
export type { AdminFinding, AdminOutcome, AdminTarget } from './judge-admin-session.js';
export { issuerProfile, issuerProfileNames, probeMethods, slidesIdle } from './issuer-profile.js';
export type { ErrorMeaning, IssuerProfile, IssuerProfileName, ProbeMethod, Push } from './issuer-profile.js';
export { judgeRefresh, refreshedTokens } from './refresh.js';
export type { RefreshEnd, RefreshOutcome, RefreshVerdict } from './refresh.js';
export { planRefresh } from './refresh-plan.js';
export type { RefreshPlan, RefreshRules } from './refresh-plan.js';
export { firstProbeDelayMs, isUnknownTooLong, mayFallAsleep, sessionIntervalMs } from './schedule.js';
export type { Rhythm, SessionUse } from './schedule.js';
export { admitted, breakerAfter, breakerRules, closedBreaker } from './breaker.js';
export type { Breaker, BreakerRules } from './breaker.js';
export { fullPace, rampedUp, rateOf, refilled, shareOf, spent, throttled, waitMs } from './pace.js';
export type { Pace } from './pace.js';
export { planOf, PROBES_A_CORE } from './plan.js';
export type { Load, Plan, TimeToNotice } from './plan.js';
export { type EndingCounts, foundOf, isPushProven, isPushSurge, pushedOf } from './push-proof.js';
export { decide, mayConfirmAtOnce } from './decide.js';
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
  OutboxSignal,
  REPLACED_FOR_MS,
  SeenTokens,
  SsoSessions,
} from './ports.js';
export { EndedSessions, LivingSessions, SyncPlaces } from './service-ports.js';
export type { HeardEnding, SessionClaim, SyncPlace } from './service-ports.js';
export {
  decodeEndedAnswer,
  decodeEndedQuestion,
  ENDED_QUESTIONS,
  encodeEndedAnswer,
  encodeEndedQuestion,
  endedQuestionSubjectOf,
  MOST_ASKED,
  serviceOfQuestion,
} from './ended-question.js';
export type { EndedAnswer, EndedQuestion, EndedRefusal } from './ended-question.js';
export { decodeReceipt, encodeReceipt, RECEIPT, receiptSubjectOf } from './receipt.js';
export type { AppSession, NewBrowserSession, OnceToken, OpenedSession, TakenToken } from './ports.js';
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
export {
  Canaries,
  IssuerHealth,
  Pollers,
  ProbeQueue,
  ProbeSignal,
  reauthReasons,
  SessionCensus,
  SessionExpiry,
} from './poller-ports.js';
export type {
  Calibration,
  Canary,
  WantedCanary,
  ClaimedSession,
  HeldEnding,
  Lane,
  ProbeRecord,
  ReauthReason,
} from './poller-ports.js';
export { DEAD_AFTER, DeadEvents, fatesOf, Outbox, OutboxBatch, settlementOf } from './outbox.js';
export type { DeadEvent, FailedEvent, OutboxRow, Publication, Publish, RowFate, Settlement } from './outbox.js';
export { PollerGauges } from './poller-gauges.js';
export type { IssuerGauges, OutboxGauges, PollerGaugeValues, SsfGauge } from './poller-gauges.js';
export { absoluteEnd } from './absolute-end.js';
export type { AbsoluteEnd, EndLimits } from './absolute-end.js';
export { mayExpire, NO_STEP, weakEndedSince } from './clock-step.js';
export { BRAKE_WINDOW_MS, brakeReason } from './brake.js';
export type { BrakeReason, BrakeWindow } from './brake.js';
export { doubtOf } from './calibration.js';
export type { CalibrationFacts, Doubt } from './calibration.js';
export { alarmOf } from './probe-alarm.js';
export type { ProbeAlarm } from './probe-alarm.js';
export { Brakes, ProbeCounts } from './brake-ports.js';
export type { Brake, BrakeState, HeldSession, ProbeCount } from './brake-ports.js';
export { RecentlyUsed } from './recently-used.js';
export { channelHealth, FAILURES_UNHEALTHY } from './ssf-stream.js';
export type { ChannelHealth, SsfReply, SsfStream, SsfStreamStatus } from './ssf-stream.js';
export { SsfStreams } from './ssf-ports.js';
export type { SsfLease, SsfStreamKey } from './ssf-ports.js';
