import type { FastifyReply } from 'fastify';
import { type FrontEnd, pathAt } from '../front-ends/front-end.js';
import { sendPage } from '../http/page.js';
import { sendOnByPage } from '../http/script-page.js';
import { goBack, withOutcome } from '../login/go-back.js';
import type { SignInRequest } from '../login/sign-in.js';
import { sendSilentResult } from './silent-result.js';
import type { SilentStep } from './silent-step.js';

/** A silent request that does not leave for the IdP. */
export interface Stayed {
  readonly frontEnd: FrontEnd;
  readonly asked: SignInRequest;
  readonly maxIdpAgeS: number | undefined;
  readonly step: SilentStep;
  readonly retryAfterS: number | undefined;
}

/** Answers a silent request that does not leave: a message in a frame; at top level a page, or one redirect back. */
export function answerSilentStep(reply: FastifyReply, stayed: Stayed): void {
  const { frontEnd, asked, step } = stayed;
  if (step.kind === 'try_cookie') sendOnByPage(reply, againUrl(stayed), asked.embedder);
  else if (asked.embedder !== undefined) tellFrame(reply, stayed, asked.embedder);
  else if (step.kind === 'signed_in') goBack(reply, frontEnd, asked.returnUrl);
  else sendPage(reply, 200, pageOf(stayed));
}

function tellFrame(reply: FastifyReply, { asked, step, retryAfterS }: Stayed, origin: string): void {
  const { rid, correlationId } = asked;
  const listener = { origin, rid, correlationId };
  if (step.kind === 'signed_in') sendSilentResult(reply, listener, 'signed_in');
  else if (step.kind === 'suppressed') sendSilentResult(reply, listener, 'suppressed', { retryAfterS });
  else sendSilentResult(reply, listener, 'failed', { reason: 'cookies_blocked' });
}

function pageOf({ frontEnd, asked, step }: Stayed) {
  const { returnUrl, correlationId: reference } = asked;
  const signIn = {
    href: `${pathAt(frontEnd, '/bff/login')}?${new URLSearchParams({ returnUrl }).toString()}`,
    label: 'Sign in',
  };
  if (step.kind !== 'suppressed')
    return {
      title: 'You are not signed in',
      text: 'Your browser keeps no cookies for this site, so nobody can be signed in here. Permit them and try again.',
      link: { href: withOutcome(returnUrl, 'failed', reference), label: 'Go on without' },
      reference,
    };
  const onward = withOutcome(returnUrl, 'suppressed', reference);
  if (step.session !== 'none')
    return {
      title: 'You are signed in',
      text: 'This was checked a moment ago.',
      link: { href: step.session === 'fresh' ? returnUrl : onward, label: 'Go on' },
      also: { ...signIn, label: 'Sign in again' },
      reference,
    };
  return {
    title: 'You are not signed in',
    text: 'The identity provider was asked a moment ago.',
    link: signIn,
    also: { href: onward, label: 'Go on without' },
    reference,
  };
}

/** The same request, which should come with our cookie now. */
function againUrl({ frontEnd, asked, maxIdpAgeS }: Stayed): string {
  const { returnUrl, embedder, rid, maxAgeS, acrValues, loginHint, uiLocales } = asked;
  const parameters: Readonly<Record<string, string | undefined>> = {
    returnUrl,
    ...(embedder === undefined ? { prompt: 'none' } : { origin: embedder }),
    rid,
    max_age: maxAgeS?.toString(),
    max_idp_age: maxIdpAgeS?.toString(),
    acr_values: acrValues?.join(' '),
    login_hint: loginHint,
    ui_locales: uiLocales,
    cookies: 'asked',
  };
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  return `${pathAt(frontEnd, embedder === undefined ? '/bff/login' : '/bff/silent-login')}?${query.toString()}`;
}
