import { Logger } from '@nestjs/common';
import { IdpError } from '#idp-client';
import {
  type AuthorizationRequest,
  authorizationParametersOf,
  type ProviderMetadata,
  randomToken,
  toAuthorizationUrl,
  toPushedAuthorizationUrl,
} from '#oidc';
import type { Clock, LoginTransactions } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import type { Idp } from '../idps/idp.js';
import type { SignInRequest } from './sign-in.js';

const logger = new Logger('OpenTransaction');

/**
 * Opens a transaction for this browser, and gives the address at the IdP to send it to.
 *
 * @throws IdpError when the IdP does not say where that is, or does not take the request
 */
export async function openTransaction(
  { transactions, clock }: { readonly transactions: LoginTransactions; readonly clock: Clock },
  { frontEnd, browser }: { readonly frontEnd: FrontEnd; readonly browser: string },
  request: SignInRequest,
): Promise<string> {
  const { redirectUri, base, idp, scope, audience } = frontEnd;
  const { flow, returnUrl, rid, embedder, hint, correlationId, loginHint, uiLocales } = request;
  const asked = { prompt: request.prompt, maxAgeS: request.maxAgeS, acrValues: request.acrValues };
  const createdAt = clock.now();
  const metadata = await idp.client.metadata();
  const [state, nonce, codeVerifier] = [randomToken(), randomToken(), randomToken()];
  const { issuer: iss, clientId } = idp;
  const about = { clientId, redirectUri, scope, audience, loginHint, uiLocales, idTokenHint: hint?.idToken };
  const address = await addressOf(idp, metadata, { ...about, ...asked, state, nonce, codeVerifier }, correlationId);
  await transactions.put(state, browser, {
    ...{ iss, clientId, frontEnd: base, redirectUri, flow, nonce, codeVerifier, returnUrl, rid, embedder },
    ...asked,
    ...{ correlationId, hint: hint?.session, createdAt },
  });
  return address;
}

/** The request itself goes ahead of the browser where the IdP takes it (RFC 9126), else with the browser. */
async function addressOf(
  { name, client, par }: Idp,
  { authorizationEndpoint, parEndpoint, requiresPar }: ProviderMetadata,
  request: AuthorizationRequest,
  correlationId: string,
): Promise<string> {
  const optional = par !== 'always' && !requiresPar;
  if (par === 'never' || (optional && parEndpoint === undefined))
    return toAuthorizationUrl(authorizationEndpoint, request);
  if (parEndpoint === undefined)
    throw new IdpError('IDP_UNAVAILABLE', `IdP ${name} names no endpoint for pushed authorization requests`);
  const outcome = await client.pushAuthorizationRequest(parEndpoint, authorizationParametersOf(request));
  const { clientId } = request;
  if (outcome.kind === 'pushed')
    return toPushedAuthorizationUrl(authorizationEndpoint, { clientId, requestUri: outcome.requestUri });
  if (outcome.kind === 'refused') {
    logger.error(`sign_in.push.refused idp=${name} error=${outcome.error} cid=${correlationId}`);
    throw new IdpError('IDP_REFUSED', `IdP ${name} refused the request: ${outcome.error}`, outcome.error);
  }
  logger.warn(`sign_in.push.unavailable idp=${name} reason=${outcome.reason} cid=${correlationId}`);
  if (optional) return toAuthorizationUrl(authorizationEndpoint, request);
  throw new IdpError('IDP_UNAVAILABLE', `IdP ${name} did not take the request: ${outcome.reason}`);
}
