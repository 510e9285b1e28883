import type { IncomingHttpHeaders } from 'node:http';
import { problem } from '#http';
import type { SsoSession } from '#session';
import { type FrontEnd, pathAt } from '../front-ends/front-end.js';

const HEADER = 'x-max-idp-age';

/**
 * Refuses a session that the IdP has not confirmed lately: within `maxMs`, or within the seconds of the request's
 * `X-Max-Idp-Age`, whichever is less. The answer says how to have it confirmed; nothing happens to the session.
 *
 * @throws Problem 401 `idp-check-needed`; 400 `bad-max-idp-age` when the header is no whole number from 1
 */
export function assertIdpChecked(
  request: { readonly headers: IncomingHttpHeaders },
  frontEnd: Pick<FrontEnd, 'path'>,
  checkedAt: Date,
  now: Date,
  maxMs = Infinity,
): void {
  const limitMs = Math.min(maxMs, askedMs(request.headers[HEADER]));
  if (now.getTime() - checkedAt.getTime() <= limitMs) return;
  throw problem(401, 'idp-check-needed', 'The IdP must confirm the session first', undefined, {
    maxIdpAgeS: limitMs / 1000,
    idpCheckedAt: checkedAt.toISOString(),
    ...signInAddresses(frontEnd, limitMs),
  });
}

/**
 * Refuses a session that a silent sign-in must come before, and says why: it slept and the IdP has not answered about it since
 * (`reason` is `asleep`), or something is known against it that has not ended it. Nothing happens to the session.
 *
 * @throws Problem 401 `idp-check-needed` or `sign-in-needed`
 */
export function assertBelieved(
  { asleepSince, reauthReason, idpCheckedAt }: Pick<SsoSession, 'asleepSince' | 'reauthReason' | 'idpCheckedAt'>,
  frontEnd: Pick<FrontEnd, 'path'>,
): void {
  if (reauthReason !== undefined)
    throw problem(401, 'sign-in-needed', 'A sign-in is needed, silently first', undefined, {
      reason: reauthReason,
      ...signInAddresses(frontEnd),
    });
  if (asleepSince === undefined) return;
  throw problem(401, 'idp-check-needed', 'The IdP must confirm the session first', undefined, {
    reason: 'asleep',
    idpCheckedAt: idpCheckedAt.toISOString(),
    ...signInAddresses(frontEnd),
  });
}

/**
 * Where a page goes to have a session confirmed, or its tokens renewed, without a word to the person.
 *
 * @param maxIdpAgeMs how long ago the IdP may have confirmed it: without that a confirmation within the cool-down is enough
 */
export function signInAddresses(
  frontEnd: Pick<FrontEnd, 'path'>,
  maxIdpAgeMs?: number,
): {
  readonly silentLoginUrl: string;
  readonly loginUrl: string;
} {
  const age = maxIdpAgeMs === undefined ? '' : `max_idp_age=${wholeSeconds(maxIdpAgeMs)}`;
  return {
    silentLoginUrl: pathAt(frontEnd, `/bff/silent-login${age && `?${age}`}`),
    loginUrl: pathAt(frontEnd, `/bff/login?prompt=none${age && `&${age}`}`),
  };
}

/** For a query: from 1 on. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.floor(ms / 1000));
}

function askedMs(header: string | readonly string[] | undefined): number {
  if (header === undefined) return Infinity;
  if (typeof header !== 'string' || !/^[1-9]\d{0,8}$/.test(header))
    throw problem(400, 'bad-max-idp-age', 'X-Max-Idp-Age must be a whole number of seconds, from 1');
  return Number(header) * 1000;
}
