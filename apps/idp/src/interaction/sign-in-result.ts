import type { InteractionResults } from 'oidc-provider';

/** The session that the browser came with. */
export interface SessionBefore {
  /** the session's public name; absent when the engine was about to switch to another person, and lets any session go on */
  readonly uid?: string | undefined;
  readonly accountId?: string;
  readonly amr?: readonly string[] | undefined;
  readonly acr?: string | undefined;
}

/**
 * Gives what the engine is told of a password that was right. It settles whose account is meant as well. A second factor
 * that the same person has shown in this session stays shown: it is asked for once per session.
 */
export function signInResult(sub: string, before: SessionBefore | undefined, now: Date): InteractionResults {
  const isNamed = before?.uid !== undefined && before.accountId === sub;
  const shown = isNamed && before.amr?.includes('mfa') === true ? before : undefined;
  return {
    login: {
      accountId: sub,
      ts: Math.floor(now.getTime() / 1000),
      amr: [...(shown?.amr ?? ['pwd'])],
      ...(shown?.acr === undefined ? {} : { acr: shown.acr }),
    },
    select_account: {},
    ...(shown === undefined ? {} : { second_factor_of: shown.uid }), // `onlyValidPasswords` lets it count there alone
  };
}
