import { decodeProtectedHeader } from 'jose';
import {
  type AuthorizationRequest,
  type AuthorizationResponse,
  authorizationParametersOf,
  type IdTokenClaims,
  issuerOf,
  randomToken,
  toAuthorizationUrl,
  toPushedAuthorizationUrl,
  verifyIdToken,
} from '#oidc';
import { refreshedTokens, type TokenSet } from '#session';
import { ExperimentFault } from './experiment-fault.js';
import type { Stage, WayOn } from './guide.js';
import type { Lab } from './lab.js';

/** A person who has signed in, with the tokens of that. */
export interface SignedIn {
  readonly claims: IdTokenClaims;
  readonly algorithm: string;
  readonly expiresInS: number | undefined;
  readonly refreshExpiresInS: number | undefined;
  readonly tokens: TokenSet;
}

/** An answer of the browser, with the request that it answers. */
interface Answered {
  readonly request: AuthorizationRequest;
  readonly answer: Exclude<AuthorizationResponse, { kind: 'malformed' }>;
}

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** Sends the person to sign in, and verifies what comes back. @throws ExperimentFault */
export async function signIn(lab: Lab, stage: Omit<Stage, 'ways'>, byItself: boolean): Promise<SignedIn> {
  const { way, answer } = askBrowser(lab, byItself ? 'Go on' : 'Sign in', {});
  lab.guide.show({ ...stage, ways: [{ ...way, byItself }] });
  const answered = await answer;
  if (answered.answer.kind === 'refused')
    throw new ExperimentFault(`the sign-in was refused: ${printable(answered.answer.error)}`);
  return redeem(lab, answered.request, answered.answer.code);
}

/** Makes a way on to `prompt=none`, and what comes of it: `signed_in`, or the error. */
export function silently(lab: Lab, label: string): { readonly way: WayOn; readonly said: Promise<string> } {
  const { way, answer } = askBrowser(lab, label, { prompt: 'none' });
  return { way, said: answer.then(({ answer: a }) => (a.kind === 'code' ? 'signed_in' : printable(a.error))) };
}

/** Each time that the browser takes the way a request is made anew; the first answer to any of them counts. */
function askBrowser(lab: Lab, label: string, more: { readonly prompt?: string }) {
  let take: (answered: Answered) => void;
  const answer = new Promise<Answered>((resolve) => (take = resolve));
  const to = async () => {
    const request = requestOf(lab, more);
    const { sendsIss, issuer } = await lab.client.metadata();
    lab.guide.expect(request.state, (response) => {
      if (response.kind === 'malformed') return;
      if (issuerOf(response.iss, issuer, sendsIss) === 'same') take({ request, answer: response });
      else lab.guide.note('an answer came that is not of this IdP (iss); it was left alone');
    });
    return addressOf(lab, request);
  };
  return { way: { label, to }, answer };
}

function requestOf({ client, guide, options }: Lab, more: { readonly prompt?: string }): AuthorizationRequest {
  return {
    clientId: client.clientId,
    redirectUri: `${guide.origin}/callback`,
    scope: options.scope,
    ...{ state: randomToken(), nonce: randomToken(), codeVerifier: randomToken() },
    ...more,
  };
}

async function addressOf({ client }: Lab, request: AuthorizationRequest): Promise<string> {
  const { authorizationEndpoint, requiresPar, parEndpoint } = await client.metadata();
  if (!requiresPar || parEndpoint === undefined) return toAuthorizationUrl(authorizationEndpoint, request);
  const pushed = await client.pushAuthorizationRequest(parEndpoint, authorizationParametersOf(request));
  if (pushed.kind !== 'pushed') throw new ExperimentFault(`the IdP does not take a pushed request: ${pushed.kind}`);
  return toPushedAuthorizationUrl(authorizationEndpoint, { ...request, requestUri: pushed.requestUri });
}

async function redeem(lab: Lab, request: AuthorizationRequest, code: string): Promise<SignedIn> {
  const { client, clock } = lab;
  const sentAt = clock.now();
  const { redirectUri, codeVerifier, nonce } = request;
  const response = await client.exchangeCode({ code, redirectUri, codeVerifier });
  const { idToken, accessToken, expiresInS, refreshExpiresInS, refreshToken } = response;
  if (refreshToken !== undefined) lab.given.add(refreshToken);
  const algorithm = algorithmOf(idToken);
  const expected = { issuer: client.issuer, clientId: client.clientId, nonce, algorithm, accessToken };
  const claims = await verifyIdToken(idToken, client.keys(), { ...expected, now: clock.now() });
  const none = { accessExpiresAt: undefined, refreshToken: undefined, refreshExpiresAt: undefined };
  const tokens = refreshedTokens({ idToken, accessToken, ...none }, response, sentAt);
  return { claims, algorithm, expiresInS, refreshExpiresInS, tokens };
}

/** Which algorithm the client is registered with is a finding, so the token names it; only signatures are taken. */
function algorithmOf(idToken: string): string {
  const { alg = '' } = decodeProtectedHeader(idToken);
  if (!ALGORITHMS.includes(alg))
    throw new ExperimentFault(
      `the ID token is signed with ${printable(alg)}; it must be one of ${ALGORITHMS.join(', ')}`,
    );
  return alg;
}

function printable(text: string): string {
  return /^[\w.:/-]{1,64}$/.test(text) ? text : 'an unreadable error';
}
