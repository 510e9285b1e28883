import type { FastifyReply } from 'fastify';
import type { SilentOutcome } from '#oidc';
import { type FrontEnd, pathAt } from '../front-ends/front-end.js';
import { sendPage } from '../http/page.js';
import { sendOnByPage } from '../http/script-page.js';
import { sendSilentResult } from '../silent/silent-result.js';
import { goBack, withOutcome } from './go-back.js';
import { pageOf } from './sign-in-pages.js';
import { isSecond, type SignInRequest, type SignInResult } from './sign-in.js';

type Asked = Pick<SignInRequest, 'flow' | 'returnUrl' | 'rid' | 'embedder' | 'correlationId'>;

/**
 * Tells the browser how a sign-in ended, each flow in its own way. Nothing of the request is ever reflected.
 *
 * @param reference names the sign-in in the log
 */
export function answerSignIn(
  reply: FastifyReply,
  frontEnd: FrontEnd,
  result: SignInResult,
  outcome: SilentOutcome,
  reference: string,
): void {
  const asked = result.kind === 'unknown_state' ? undefined : result.transaction;
  const page = pageOf(result);
  const isRejected = result.kind === 'rejected' || result.kind === 'unknown_state';
  if (page !== undefined) {
    const link = { href: pathAt(frontEnd, '/bff/login'), label: 'Sign in again' };
    sendPage(reply, page.status, { ...page, link, reference });
  } else if (asked === undefined || (isRejected && asked.flow === 'interactive')) {
    sendPage(reply, 400, {
      title: 'This sign-in could not be completed',
      text: 'It may have been started in another window, or too long ago. Nothing has changed.',
      link: { href: pathAt(frontEnd, '/bff/login'), label: 'Sign in again' },
      reference,
    });
  } else if (result.kind === 'client_refused' && asked.flow === 'interactive') {
    sendPage(reply, 502, {
      title: 'Signing in is not set up rightly',
      text: 'The identity provider does not accept this site as its client. Whoever runs it should look at the client id, the client secret and how the client authenticates; the log says more.',
      link: { href: pathAt(frontEnd, '/'), label: 'Back' },
      reference,
    });
  } else answerOutcome(reply, frontEnd, asked, outcome, { byPage: isSecond(asked) });
}

/**
 * Tells an outcome to whoever asked.
 *
 * @param options.byPage goes on by a page where it would be by a redirect: the browser has had its two
 */
export function answerOutcome(
  reply: FastifyReply,
  frontEnd: FrontEnd,
  asked: Asked,
  outcome: SilentOutcome,
  { byPage }: { readonly byPage: boolean } = { byPage: false },
): void {
  const { flow, returnUrl, rid, correlationId } = asked;
  const go = byPage
    ? sendOnByPage
    : (to: FastifyReply, url: string) => {
        goBack(to, frontEnd, url);
      };
  if (flow === 'silent-iframe')
    sendSilentResult(reply, { origin: asked.embedder ?? frontEnd.origin, rid, correlationId }, outcome);
  else if (outcome === 'signed_in') go(reply, returnUrl);
  else if (flow === 'silent-top') go(reply, withOutcome(returnUrl, outcome, correlationId));
  else {
    const link = { href: pathAt(frontEnd, '/bff/login'), label: 'Try again' };
    sendPage(reply, outcome === 'unavailable' ? 503 : 401, { ...textOf(outcome), link, reference: correlationId });
  }
}

function textOf(outcome: SilentOutcome): { readonly title: string; readonly text: string } {
  switch (outcome) {
    case 'unavailable':
      return {
        title: 'Signing in is not possible right now',
        text: 'The identity provider does not answer. Nothing has changed; try again in a moment.',
      };
    case 'denied':
      return { title: 'You were not signed in', text: 'The identity provider, or you, refused the sign-in.' };
    default:
      return { title: 'You were not signed in', text: 'The identity provider did not complete the sign-in.' };
  }
}
