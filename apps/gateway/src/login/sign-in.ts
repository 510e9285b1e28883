import type { IdTokenClaims, TokenResponse } from '#oidc';
import type { LoginTransaction } from '#session';

/** What the login routes ask the strategy to begin: what was asked for, within what the front end demands. */
export interface SignInRequest {
  readonly flow: LoginTransaction['flow'];
  readonly returnUrl: string;
  readonly rid?: string | undefined;
  readonly embedder?: string | undefined;
  /** `none` in silent flows */
  readonly prompt?: string | undefined;
  readonly maxAgeS?: number | undefined;
  readonly acrValues?: readonly string[] | undefined;
  readonly loginHint?: string | undefined;
  readonly uiLocales?: string | undefined;
  /** names this sign-in in logs, messages and error pages */
  readonly correlationId: string;
  /** the session that this browser has, and the ID token that goes along as `id_token_hint`: in silent requests only */
  readonly hint?:
    { readonly session: NonNullable<LoginTransaction['hint']>; readonly idToken: string | undefined } | undefined;
}

/** Ends the correlation id of a request that was begun once more; no id ends so by itself. */
const SECOND = '.2';

/** The same silent request without the hint that the IdP did not take. It is of the same attempt. */
export function withoutHint(transaction: LoginTransaction): SignInRequest {
  const { flow, returnUrl, rid, embedder, maxAgeS, acrValues, correlationId } = transaction;
  return {
    ...{ flow, returnUrl, rid, embedder, maxAgeS, acrValues },
    prompt: 'none',
    correlationId: `${correlationId}${SECOND}`,
  };
}

/** Whether a transaction is the second request of one attempt: there is never a third. */
export function isSecond({ correlationId }: Pick<LoginTransaction, 'correlationId'>): boolean {
  return correlationId.endsWith(SECOND);
}

/** What the callback brings: a verified sign-in, a refusal of the IdP that is really the IdP's, or something not to be believed. */
export type SignInResult =
  | {
      readonly kind: 'verified';
      readonly transaction: LoginTransaction;
      readonly claims: IdTokenClaims;
      readonly tokens: TokenResponse;
    }
  | { readonly kind: 'refused'; readonly transaction: LoginTransaction; readonly error: string }
  | { readonly kind: 'unavailable'; readonly transaction: LoginTransaction }
  /** `cookieCame`: the browser keeps our cookies, so that a sign-in begun again can end otherwise than this one */
  | { readonly kind: 'unknown_state'; readonly hasCode: boolean; readonly cookieCame: boolean }
  /** `transaction`: this browser's own, used up; the answer to it is not to be believed */
  | { readonly kind: 'rejected'; readonly reason: string; readonly transaction?: LoginTransaction | undefined }
  /** a genuine sign-in, of a person who authenticated too long ago, or not as strongly as was asked for */
  | { readonly kind: 'insufficient'; readonly transaction: LoginTransaction; readonly lacks: 'max_age' | 'acr' }
  /** the IdP does not take the gateway for its client: nothing that the person did */
  | { readonly kind: 'client_refused'; readonly transaction: LoginTransaction };
