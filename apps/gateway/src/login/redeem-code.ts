import { Logger } from '@nestjs/common';
import { IdpError } from '#idp-client';
import { OidcError, verifyIdToken } from '#oidc';
import { type Clock, type LoginTransaction, reasonOf } from '#session';
import type { Idp } from '../idps/idp.js';
import type { SignInResult } from './sign-in.js';

const logger = new Logger('RedeemCode');

/** Sends the code, once, and verifies the ID token that comes for it. No token is used before that has succeeded. */
export async function redeemCode(
  idp: Idp,
  transaction: LoginTransaction,
  code: string,
  clock: Clock,
): Promise<SignInResult> {
  const { redirectUri, codeVerifier, iss: issuer, clientId, nonce, maxAgeS, acrValues, createdAt } = transaction;
  try {
    const tokens = await idp.client.exchangeCode({ code, redirectUri, codeVerifier });
    const claims = await verifyIdToken(tokens.idToken, idp.client.keys(), {
      ...{ issuer, clientId, nonce, acrValues },
      algorithm: idp.algorithm,
      accessToken: tokens.accessToken,
      maxAge: maxAgeS === undefined ? undefined : { seconds: maxAgeS, requestedAt: createdAt },
      now: clock.now(),
    });
    return { kind: 'verified', transaction, claims, tokens };
  } catch (error) {
    return judgeFailure(error, idp, transaction);
  }
}

function judgeFailure(error: unknown, { name }: Idp, transaction: LoginTransaction): SignInResult {
  const { correlationId } = transaction;
  const about = `idp=${name} cid=${correlationId}`;
  if (error instanceof OidcError) {
    logger.warn(`sign_in.rejected reason="${error.message}" ${about}`);
    if (error.code === 'OIDC_AUTHENTICATION_TOO_OLD') return { kind: 'insufficient', transaction, lacks: 'max_age' };
    if (error.code === 'OIDC_ACR_NOT_MET') return { kind: 'insufficient', transaction, lacks: 'acr' };
    return { kind: 'rejected', reason: error.code, transaction };
  }
  if (error instanceof IdpError && error.code === 'IDP_REFUSED') {
    if (error.error === 'invalid_client' || error.error === 'unauthorized_client') {
      logger.error(`sign_in.client_refused error=${error.error} ${about}; check the client's id, auth, secret or key`);
      return { kind: 'client_refused', transaction };
    }
    logger.warn(`sign_in.rejected reason="${error.message}" ${about}`);
    return { kind: 'rejected', reason: error.code, transaction };
  }
  logger.error(`sign_in.unavailable reason="${reasonOf(error)}" ${about}`);
  return { kind: 'unavailable', transaction }; // the IdP, or its keys, could not be had: nobody knows
}
