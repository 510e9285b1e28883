export { OidcError } from './errors.js';
export type { OidcErrorCode } from './errors.js';
export {
  authorizationParametersOf,
  codeChallengeOf,
  randomToken,
  toAuthorizationUrl,
  toPushedAuthorizationUrl,
} from './authorization-request.js';
export type { AuthorizationRequest } from './authorization-request.js';
export { parsePushedAuthorization } from './pushed-authorization-response.js';
export type { PushedAuthorization } from './pushed-authorization-response.js';
export { issuerOf, readAuthorizationResponse } from './authorization-response.js';
export type { AuthorizationResponse, IssuerCheck } from './authorization-response.js';
export { verifyIdToken } from './id-token.js';
export type { ExpectedIdToken, IdTokenClaims } from './id-token.js';
export { addresseeOf, verifyLogoutToken } from './logout-token.js';
export type { ExpectedLogoutToken, LogoutTokenClaims } from './logout-token.js';
export { SecurityEventRefused, verifySecurityEventToken } from './security-event-token.js';
export type { ExpectedSecurityEvent, SecurityEvent, SecurityEventFault } from './security-event-token.js';
export type { SimpleSubject, SubjectIdentifier } from './subject-identifier.js';
export { parseChallenges } from './challenge.js';
export type { Challenge } from './challenge.js';
export { verifyIntrospectionJwt, verifyUserinfoJwt } from './signed-answer.js';
export type { ExpectedAnswer } from './signed-answer.js';
export { judgeRefreshedIdToken } from './refreshed-id-token.js';
export type { RefreshedIdToken, RefreshedSignIn } from './refreshed-id-token.js';
export { parseRefreshResponse, parseTokenResponse } from './token-response.js';
export type { RefreshResponse, TokenResponse } from './token-response.js';
export { safeReturnUrl } from './return-url.js';
export { sessionState } from './session-state.js';
export type { SessionStateParts } from './session-state.js';
export { endsLocalSession, silentOutcomeOf } from './silent-outcome.js';
export type { SilentOutcome } from './silent-outcome.js';
export { parseProviderMetadata } from './provider-metadata.js';
export type { ProviderMetadata } from './provider-metadata.js';
export { importAssertionKey, signAssertion, toPublicJwk, verifyAssertion } from './assertion.js';
export type { AssertionClaims, AssertionKey, NewAssertion } from './assertion.js';
export { toBasicCredentials } from './client-authentication.js';
export { tokenHashOf } from './token-hash.js';
