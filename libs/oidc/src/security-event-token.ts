import { errors as joseErrors, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { OidcError } from './errors.js';
import { verifySignedJwt } from './signed-jwt.js';
import { parseLegacySubject, parseSubject, type SubjectIdentifier } from './subject-identifier.js';
import { tokenTypeOf } from './token-type.js';

/** What a security event token must say to be meant for us. */
export interface ExpectedSecurityEvent {
  /** the transmitter */
  readonly issuer: string;
  readonly audience: string;
  readonly now: Date;
}

/** A verified security event: one fact about one subject. */
export interface SecurityEvent {
  readonly iss: string;
  readonly jti: string;
  readonly issuedAt: Date;
  /** URI that says what has happened */
  readonly type: string;
  /** what the event says of itself, unread */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly subject: SubjectIdentifier;
  /** when it happened, as the event says, else when the token was issued; may be in the future */
  readonly happenedAt: Date;
  readonly initiatingEntity: 'user' | 'admin' | 'policy' | 'system';
}

/** What is wrong with a token, in the words of RFC 8935 §2.4. */
export type SecurityEventFault =
  'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience' | 'authentication_failed';

/** A security event token that is not believed. The message says which rule, never the token. */
export class SecurityEventRefused extends OidcError {
  constructor(
    readonly err: SecurityEventFault,
    reason: string,
    options?: ErrorOptions,
  ) {
    super('OIDC_SECURITY_EVENT_INVALID', `the security event token was refused: ${reason}`, options);
    this.name = 'SecurityEventRefused';
  }
}

const SKEW_S = 60;
/** The algorithms that a transmitter may sign with: none with a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const RISC = 'https://schemas.openid.net/secevent/risc/';

const Payload = z.object({
  jti: z
    .string()
    .min(1)
    .max(512)
    .refine((text) => !text.includes('\0')),
  iat: z.number().nonnegative(),
  events: z.record(z.string().max(512), z.looseObject({})).refine((events) => Object.keys(events).length === 1),
});
/** Not after the year 9999: Postgres would have to hold it. */
const EventTimes = z.looseObject({ event_timestamp: z.number().nonnegative().max(253_402_300_799).optional() });
const Initiator = z.enum(['user', 'admin', 'policy', 'system']).catch('system');

/**
 * Verifies a security event token of the Shared Signals Framework. Whether its `jti` was seen before is for the caller,
 * who has the memory. What `keys` throws because it could not fetch a key passes through: then nobody knows.
 *
 * @throws SecurityEventRefused with the word for the transmitter in `err`
 * @see {@link https://www.rfc-editor.org/rfc/rfc8417 RFC 8417} §2; Shared Signals Framework 1.0 §4.1, §4.2
 */
export async function verifySecurityEventToken(
  token: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedSecurityEvent,
): Promise<SecurityEvent> {
  const payload = await verifyJwt(token, keys, expected);
  if ('sub' in payload) throw new SecurityEventRefused('invalid_request', 'it has sub; its subject is sub_id');
  if ('exp' in payload) throw new SecurityEventRefused('invalid_request', 'it has exp, so it may be an ID token');
  const parsed = Payload.safeParse(payload);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? 'the payload');
    throw new SecurityEventRefused('invalid_request', `${name} is missing, or not as it must be`);
  }
  const { jti, iat, events } = parsed.data;
  if (iat > expected.now.getTime() / 1000 + SKEW_S)
    throw new SecurityEventRefused('invalid_request', 'iat is in the future');
  const [type = '', event = {}] = Object.entries(events)[0] ?? [];
  const times = EventTimes.safeParse(event);
  if (!times.success) throw new SecurityEventRefused('invalid_request', 'event_timestamp is not a number of seconds');
  return {
    iss: expected.issuer,
    jti,
    issuedAt: new Date(iat * 1000),
    type,
    claims: event,
    subject: subjectOf(payload, type, event),
    happenedAt: new Date((times.data.event_timestamp ?? iat) * 1000),
    initiatingEntity: Initiator.parse(event.initiating_entity),
  };
}

function subjectOf(payload: JWTPayload, type: string, event: Readonly<Record<string, unknown>>): SubjectIdentifier {
  const isLegacy = payload.sub_id === undefined && type.startsWith(RISC) && event.subject !== undefined;
  const subject = isLegacy ? parseLegacySubject(event.subject) : parseSubject(payload.sub_id);
  if (subject === undefined)
    throw new SecurityEventRefused('invalid_request', 'sub_id is missing, or not as its format must be');
  return subject;
}

function verifyJwt(token: string, keys: JWTVerifyGetKey, expected: ExpectedSecurityEvent): Promise<JWTPayload> {
  if (tokenTypeOf(token) !== 'secevent+jwt')
    throw new SecurityEventRefused('invalid_request', 'its type is not secevent+jwt');
  const required = ['iss', 'aud', 'iat', 'jti', 'events'];
  return verifySignedJwt(
    token,
    keys,
    { ...expected, algorithms: ALGORITHMS, required, skewS: SKEW_S },
    (reason, cause) => new SecurityEventRefused(faultOf(cause), reason, { cause }),
  );
}

function faultOf(error: unknown): SecurityEventFault {
  if (error instanceof joseErrors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'invalid_issuer';
    return error.claim === 'aud' ? 'invalid_audience' : 'invalid_request';
  }
  if (error instanceof joseErrors.JWKSNoMatchingKey) return 'invalid_key';
  if (error instanceof joseErrors.JWSSignatureVerificationFailed || error instanceof joseErrors.JOSEAlgNotAllowed)
    return 'authentication_failed';
  return 'invalid_request';
}
