import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { isRefusal } from './errors.js';

/** What every signed token must say to be meant for its reader. */
export interface ExpectedJwt {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** claims that must stand in it beside those that are compared */
  readonly required: readonly string[];
  /** how far two clocks may be apart, in seconds */
  readonly skewS: number;
  readonly now: Date;
  readonly typ?: string;
}

/**
 * Verifies the signature, issuer, audience and times of a JWT. What `keys` throws because it could not fetch a key passes
 * through: then the token is neither good nor bad.
 *
 * @param refused makes the error for a token that is not believed, from the rule that it breaks and jose's own error
 * @throws what `refused` makes
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-7.2 RFC 7519} §7.2
 */
export async function verifySignedJwt(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, algorithms, required, skewS, now, typ }: ExpectedJwt,
  refused: (reason: string, cause: unknown) => Error,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer, audience },
      algorithms: [...algorithms],
      clockTolerance: skewS,
      currentDate: now,
      requiredClaims: [...required],
      ...(typ === undefined ? {} : { typ }),
    });
    return payload;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw refused(error instanceof Error ? error.message : 'it could not be verified', error);
  }
}

/** Whether a token is also for somebody else than `clientId`: an audience that is not known is not trusted. */
export function isForOthersToo({ aud }: JWTPayload, clientId: string): boolean {
  return Array.isArray(aud) && aud.some((audience) => audience !== clientId);
}
