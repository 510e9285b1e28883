import { HttpException } from '@nestjs/common';

/** The reasons to refuse. They never change: clients branch on `urn:sso:problem:<name>`. */
export const refusals = {
  'not-signed-in': {
    status: 401,
    title: 'Nobody is signed in',
    detail: 'Come through the gateway, signed in: it adds the assertion that this service asks for.',
  },
  'session-ended': {
    status: 401,
    title: 'The session has ended',
    detail: 'Sign in again; `reason` says why it has ended. Trying again with the same session does not help.',
  },
  'idp-check-too-old': {
    status: 403,
    title: 'The IdP has not confirmed this session lately enough',
    detail:
      'Have the page use `silentLoginUrl`, or `loginUrl`, of its front end: the IdP confirms the session. Then try again.',
  },
  'catching-up': {
    status: 503,
    title: 'This service is still applying the endings that it missed; try again in a moment',
    detail: 'It refuses everybody until it knows whose session has ended. `/health/ready` turns green then.',
  },
  'endings-unknown': {
    status: 503,
    title: 'This service has not heard of endings for too long; try again later',
    detail: 'Its connection to NATS is down. The session has not ended; nobody has to sign in again.',
  },
  'sessions-unknown': {
    status: 503,
    title: "This service's sessions can't be read; try again in a moment",
    detail: 'Its database does not answer. The session has not ended; nobody has to sign in again.',
  },
  'keys-unavailable': {
    status: 503,
    title: "The gateway's keys can't be fetched; try again in a moment",
    detail: 'The address of the keys does not answer. The session has not ended; nobody has to sign in again.',
  },
} as const;

/** The name of a reason to refuse. */
export type RefusalName = keyof typeof refusals;

const RETRY_AFTER_S = 2;

/**
 * Refuses a request, on whatever it came.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9457 RFC 9457} §3
 */
export class SessionRefused extends HttpException {
  constructor(
    readonly refusal: RefusalName,
    extensions: Readonly<Record<string, unknown>> = {},
  ) {
    const { status, title, detail } = refusals[refusal];
    const retry = status === 503 ? { retryAfterS: RETRY_AFTER_S } : {};
    super({ type: `urn:sso:problem:${refusal}`, title, status, detail, ...retry, ...extensions }, status);
  }
}
