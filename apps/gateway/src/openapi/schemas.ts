import type { Piece } from './answers.js';

const seconds = { type: 'integer', minimum: 0 };

/** What answers are made of. */
export const schemas: Readonly<Record<string, Piece>> = {
  Problem: {
    description: 'An error (RFC 9457). Branch on `type`, which never changes; `title` and `detail` are for people.',
    type: 'object',
    required: ['type', 'title', 'status'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string', description: 'urn:uuid of the request, as in X-Request-Id and the log' },
      reason: {
        type: 'string',
        description:
          'why the session ended: a cause; or why a silent sign-in must come first: asleep, tokens_gone, idp_asks, held, unknown_too_long',
      },
      retryAfterS: seconds,
      silentRetryAfterS: seconds,
    },
  },
  UserClaims: {
    description:
      "The person's claims from the ID token, and the session's: `sid`, `auth_time`, `bff:session_expires_in` (seconds), `bff:idp_checked_at`, `bff:logout_url`.",
    type: 'array',
    items: {
      type: 'object',
      required: ['type', 'value'],
      properties: { type: { type: 'string' }, value: {} },
      additionalProperties: false,
    },
  },
  LogoutStarted: {
    type: 'object',
    required: ['logoutId', 'idpLogoutUrl'],
    properties: {
      logoutId: { type: 'string', description: 'for /bff/logout/{id}' },
      idpLogoutUrl: { type: 'string', description: 'where the browser goes on, to sign out at the IdP too' },
    },
  },
  LogoutProgress: {
    type: 'object',
    required: ['id', 'state', 'services'],
    properties: {
      id: { type: 'string' },
      state: { enum: ['pending', 'complete'] },
      endedAt: { type: 'string', format: 'date-time' },
      publishedAt: { type: ['string', 'null'], format: 'date-time' },
      services: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'state'],
          properties: {
            name: { type: 'string' },
            state: { enum: ['pending', 'signed_out'] },
            sessions: { type: 'integer', description: 'sessions of its own that it revoked' },
            appliedAt: { type: ['string', 'null'], format: 'date-time' },
            ms: { type: ['integer', 'null'], description: 'milliseconds from the end of the session here' },
            waitingMs: { type: ['integer', 'null'], description: 'milliseconds for which it has been pending' },
          },
        },
      },
    },
  },
  Health: {
    type: 'object',
    required: ['status'],
    properties: { status: { enum: ['ok', 'unavailable'] }, checks: { type: 'object' } },
  },
  OAuthError: {
    type: 'object',
    required: ['error'],
    properties: { error: { type: 'string' }, error_description: { type: 'string' } },
  },
};
