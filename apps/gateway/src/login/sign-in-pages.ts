import type { SignInResult } from './sign-in.js';

/** What a page says, and with which status. */
export interface SignInPage {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

/** Gives the page for a sign-in that failed for a reason worth telling; undefined where the usual words do. */
export function pageOf(result: SignInResult): SignInPage | undefined {
  if (result.kind === 'unknown_state' && !result.cookieCame)
    return {
      status: 400,
      title: 'This browser does not keep our cookies',
      text: 'Signing in needs a cookie that this site sets, and the browser did not send it back. Allow cookies for this site and sign in again. If you began in another browser, go back to that one.',
    };
  if (result.kind !== 'insufficient' || result.transaction.flow !== 'interactive') return undefined;
  return result.lacks === 'acr'
    ? {
        status: 403,
        title: 'A stronger sign-in is needed',
        text: 'This site asked the identity provider for a stronger way of signing in than the one that was used. Sign in again with another way, such as a second factor, or ask the help desk.',
      }
    : {
        status: 403,
        title: 'A fresh sign-in is needed',
        text: 'This site asked the identity provider to check again who you are, and the identity provider did not say that it has. Whoever runs this site should look at the log.',
      };
}
