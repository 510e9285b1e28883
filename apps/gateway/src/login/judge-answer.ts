import { Logger } from '@nestjs/common';
import { issuerOf, type ProviderMetadata, readAuthorizationResponse } from '#oidc';
import { type Clock, type LoginTransaction, type LoginTransactions, reasonOf } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { redeemCode } from './redeem-code.js';
import type { SignInResult } from './sign-in.js';

const logger = new Logger('JudgeAnswer');

/**
 * Judges what came to the redirect URI, in the one order of trust: its form; the transaction of this browser, which is
 * then used up; the front end and the IdP that it was opened for; `iss`; only then the IdP's refusal, or the code and
 * what the IdP gives for it. Never throws for what a browser or the IdP does.
 *
 * @param browser the binding cookie's value; `''` when none came
 * @param query what follows the `?`
 */
export async function judgeAnswer(
  { transactions, clock }: { readonly transactions: LoginTransactions; readonly clock: Clock },
  { frontEnd, browser }: { readonly frontEnd: FrontEnd; readonly browser: string },
  query: string,
): Promise<SignInResult> {
  const response = readAuthorizationResponse(query);
  if (response.kind === 'malformed') return rejected(response.reason);
  const transaction = await transactions.take(response.state, browser);
  if (transaction === 'expired') return rejected('the sign-in was begun more than ten minutes ago');
  if (transaction === 'unknown')
    return { kind: 'unknown_state', hasCode: response.kind === 'code', cookieCame: browser !== '' };
  const { correlationId } = transaction;
  const { idp, base } = frontEnd;
  if (transaction.frontEnd !== base) return rejected('the answer came to another front end', { correlationId });
  if (transaction.iss !== idp.issuer || transaction.clientId !== idp.clientId)
    return rejected('the request was made to another IdP', transaction);
  const metadata = await metadataOf(frontEnd, correlationId);
  if (metadata === undefined) return { kind: 'unavailable', transaction };
  if (issuerOf(response.iss, transaction.iss, metadata.sendsIss) !== 'same')
    return rejected('iss is missing or of another IdP', transaction);
  if (response.kind === 'refused') return { kind: 'refused', transaction, error: response.error };
  return redeemCode(idp, transaction, response.code, clock);
}

/** The answer is not believed. The page that asked is told so, where it asked for this front end. */
function rejected(reason: string, of?: LoginTransaction | { readonly correlationId: string }): SignInResult {
  logger.warn(`sign_in.rejected reason="${reason}"${of === undefined ? '' : ` cid=${of.correlationId}`}`);
  return { kind: 'rejected', reason, transaction: of !== undefined && 'flow' in of ? of : undefined };
}

async function metadataOf({ idp }: FrontEnd, correlationId: string): Promise<ProviderMetadata | undefined> {
  try {
    return await idp.client.metadata();
  } catch (error) {
    logger.error(`sign_in.metadata.unavailable idp=${idp.name} reason=${reasonOf(error)} cid=${correlationId}`);
    return undefined;
  }
}
