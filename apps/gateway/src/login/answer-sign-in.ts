import type { FastifyReply } from 'fastify';
import type { SilentOutcome } from '#oidc';
import { sendOn, sendPage } from '../http/page.js';
import { sendSilentResult } from '../silent/silent-result.js';
import type { SignInResult } from './sign-in.js';

/** Tells the browser how a sign-in ended, each flow in its own way. Nothing of the request is ever reflected. */
export function answerSignIn(reply: FastifyReply, result: SignInResult, outcome: SilentOutcome): void {
  if (result.kind === 'rejected' || result.kind === 'unknown_state') {
    sendPage(reply, 400, {
      title: 'This sign-in could not be completed',
      text: 'It may have been started in another window, or too long ago. Nothing has changed.',
      link: { href: '/bff/login', label: 'Sign in again' },
    });
    return;
  }
  const { flow, returnUrl } = result.transaction;
  if (result.kind === 'client_refused' && flow === 'interactive') {
    sendPage(reply, 502, {
      title: 'Signing in is not set up rightly',
      text: 'The identity provider does not accept this site as its client. Whoever runs it should look at the client id, the client secret and how the client authenticates; the log says more.',
      link: { href: '/', label: 'Back' },
    });
    return;
  }
  if (flow === 'silent-iframe') sendSilentResult(reply, result.transaction, outcome);
  else if (outcome === 'signed_in') sendOn(reply, returnUrl);
  else if (flow === 'silent-top') sendOn(reply, withOutcome(returnUrl, outcome));
  else
    sendPage(reply, outcome === 'unavailable' ? 503 : 401, {
      ...textOf(outcome),
      link: { href: '/bff/login', label: 'Try again' },
    });
}

/** `/path?x=1` becomes `/path?x=1&silent=login_required`. */
function withOutcome(returnUrl: string, outcome: SilentOutcome): string {
  const url = new URL(returnUrl, 'http://path.invalid');
  url.searchParams.set('silent', outcome);
  return `${url.pathname}${url.search}${url.hash}`;
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
