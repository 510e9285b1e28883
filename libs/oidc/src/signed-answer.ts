import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { OidcError } from './errors.js';
import { verifySignedJwt } from './signed-jwt.js';

/** For whom and by whom an answer must be signed. */
export interface ExpectedAnswer {
  readonly issuer: string;
  /** the client that asked */
  readonly clientId: string;
  /** when the question was sent: what was signed before it answers another one */
  readonly askedAt: Date;
  readonly now: Date;
}

const SKEW_S = 60;
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/**
 * Gives what an introspection answer says that came as a JWT. It must have been issued between question and answer, 60 s more or
 * less: it names its reader and not always the token, so an old one would do for any other question.
 *
 * @throws OidcError `OIDC_ANSWER_INVALID` when it can't be believed; whatever `keys` throws when there are none
 * @see {@link https://www.rfc-editor.org/rfc/rfc9701 RFC 9701} §5
 */
export async function verifyIntrospectionJwt(
  token: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedAnswer,
): Promise<unknown> {
  const payload = await verify(token, keys, expected, {
    required: ['iat', 'token_introspection'],
    typ: 'token-introspection+jwt',
  });
  checkIssued(payload, expected);
  return payload.token_introspection;
}

/**
 * Gives what a UserInfo answer says that came as a JWT.
 *
 * @throws OidcError `OIDC_ANSWER_INVALID` when it can't be believed; whatever `keys` throws when there are none
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse OIDC Core 5.3.2}
 */
export async function verifyUserinfoJwt(
  token: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedAnswer,
): Promise<unknown> {
  return verify(token, keys, expected, { required: ['sub'] });
}

function checkIssued({ iat }: JWTPayload, { askedAt, now }: ExpectedAnswer): void {
  const [earliest, latest] = [askedAt.getTime() / 1000 - SKEW_S, now.getTime() / 1000 + SKEW_S];
  if (iat === undefined || !(iat >= Math.floor(earliest) && iat <= latest))
    throw refused('iat is not of the time of the question');
}

function verify(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, clientId, now }: ExpectedAnswer,
  rules: { readonly required: readonly string[]; readonly typ?: string },
) {
  const expected = { issuer, audience: clientId, algorithms: ALGORITHMS, skewS: SKEW_S, now, ...rules };
  return verifySignedJwt(token, keys, expected, refused);
}

function refused(reason: string, cause?: unknown): OidcError {
  return new OidcError('OIDC_ANSWER_INVALID', `the signed answer was refused: ${reason}`, { cause });
}
