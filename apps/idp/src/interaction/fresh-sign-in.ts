import type Provider from 'oidc-provider';
import type { InteractionResults, KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts } from '../account/accounts.service.js';
import { isAnswered, type Middleware } from '../authorize/middleware.js';
import { ROUTES } from '../authorize/provider-configuration.js';
import { showPage } from '../authorize/show-page.js';
import type { SessionEndings } from '../endings/session-endings.service.js';
import type { Account } from '../generated/client.js';
import { sha256 } from '../hashes.js';
import { expiredPage } from '../page/error-page.js';
import type { AnswerProof } from './answer-proof.js';

/** What a sign-in is judged by when the browser comes back from its page. */
export interface FreshSignInParts {
  readonly accounts: Pick<Accounts, 'find'>;
  readonly endings: Pick<SessionEndings, 'end'>;
  readonly answerProof: AnswerProof;
}

const WAY_BACK = `${ROUTES.authorization}/`;

/** Gives what stands for the password that was right, in the result of a sign-in. */
export function passwordMark({ passwordHash }: Pick<Account, 'passwordHash'>): string {
  return sha256(passwordHash).toString('base64url').slice(0, 22);
}

/** Lets nobody come back with a sign-in that another browser has given. */
export function onlyOwnAnswers(provider: Provider, { answerProof }: FreshSignInParts): Middleware {
  return async (ctx, next) => {
    const uid = ctx.path.startsWith(WAY_BACK) ? ctx.path.slice(WAY_BACK.length) : undefined;
    if (uid === undefined) {
      await next();
      return;
    }
    // The engine goes by the cookie, whatever the address says.
    const held = ctx.cookies.get(provider.cookieName('resume'), { signed: true });
    const interaction = held === uid ? await provider.Interaction.find(uid) : undefined;
    const isOwn = interaction?.result?.login === undefined || answerProof.isIn(ctx.headers.cookie, uid);
    if (held === undefined || (interaction !== undefined && isOwn)) {
      await next();
    } else {
      ctx.status = 400;
      showPage(ctx, expiredPage());
    }
  };
}

/**
 * Ends a session again that was opened with a password which was changed meanwhile. Every end of all sessions that came before
 * this one was written is seen here, and every later one sees the session: so nobody slips through. The same for a second
 * factor that was shown in another session.
 */
export function onlyValidPasswords({ accounts, endings }: FreshSignInParts): Middleware {
  return async (ctx, next) => {
    await next();
    if (!isAnswered(ctx) || ctx.oidc.route !== 'resume') return;
    const { session, result } = ctx.oidc;
    const sub = result?.login?.accountId;
    if (sub === undefined || session?.accountId !== sub) return;
    const isOwnFactor = result?.second_factor_of === undefined || result.second_factor_of === session.uid;
    if (isOwnFactor && (!hasMark(result) || isMarkOf(await accounts.find(sub), result))) return;
    await endings.end(session.uid, { cause: isOwnFactor ? 'password_changed' : 'mfa_reset', actor: 'system' });
    takeBack(ctx);
  };
}

/**
 * Says whether a result is of a request with a sign-in on its way, whatever was asked after it; the interaction does not
 * say so, since the engine puts that of the next question in its place. Whoever had to change the password has another one.
 */
function hasMark(result: InteractionResults | undefined): boolean {
  return result?.password_mark !== undefined && result.password === undefined;
}

function isMarkOf(account: Account | undefined, result: InteractionResults | undefined): boolean {
  return account !== undefined && !account.disabled && result?.password_mark === passwordMark(account);
}

function takeBack(ctx: KoaContextWithOIDC): void {
  ctx.remove('location');
  ctx.status = 400;
  showPage(ctx, expiredPage());
}
