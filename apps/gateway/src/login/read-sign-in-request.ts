import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problem } from '#http';
import { randomToken, safeReturnUrl } from '#oidc';
import { type FrontEnd, pathAt } from '../front-ends/front-end.js';
import type { SilentListener } from '../silent/silent-result.js';
import type { SignInRequest } from './sign-in.js';

const words = (limit: number, word: string) =>
  z
    .string()
    .max(limit)
    .regex(new RegExp(`^${word}(?: ${word})*$`));
const Rid = z.string().regex(/^[\w-]{1,64}$/);

/** Each stands once at most: one that stands twice is an array here, and no string. */
const Query = z.object({
  returnUrl: z.string().optional(),
  prompt: z.union([z.literal('none'), words(64, '(?:login|consent|select_account|create)')]).optional(),
  max_age: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .optional(),
  max_idp_age: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .optional(),
  acr_values: words(512, '[!-~]+').optional(),
  login_hint: z.string().min(1).max(256).optional(),
  ui_locales: words(128, '[A-Za-z0-9-]+').optional(),
  rid: Rid.optional(),
  origin: z.string().max(256).optional(),
  /** we have asked this browser to keep a cookie */
  cookies: z.literal('asked').optional(),
});

/** What `/bff/login` and `/bff/silent-login` are asked for. */
export type AskedSignIn = Omit<SignInRequest, 'hint'> & {
  readonly cookiesAsked: boolean;
  /** a silent sign-in asks the IdP unless it confirmed the session within so many seconds */
  readonly maxIdpAgeS: number | undefined;
};

/**
 * Reads the query of `/bff/login` and `/bff/silent-login`. A return URL that leads away becomes the front end's start. What
 * the front end demands of `acr` and `max_age` can be made stricter here, never weaker.
 *
 * @param route `/bff/login` or `/bff/silent-login`: the latter is always `prompt=none`
 * @throws Problem 400 `bad-parameter`, 403 `origin-not-allowed`
 */
export function readSignInRequest(
  { query: sent }: Pick<FastifyRequest, 'query'>,
  frontEnd: FrontEnd,
  route: 'login' | 'silent-login',
): AskedSignIn {
  const query = Query.safeParse(sent);
  if (!query.success) throw badParameter(String(query.error.issues[0]?.path[0] ?? 'a parameter'));
  const { returnUrl, prompt, rid, origin = frontEnd.origin, cookies } = query.data;
  const inFrame = route === 'silent-login';
  if (inFrame && !frontEnd.embedding.has(origin))
    throw problem(403, 'origin-not-allowed', 'This origin may not embed the silent sign-in');
  const flow = inFrame ? 'silent-iframe' : prompt === 'none' ? 'silent-top' : 'interactive';
  return {
    flow,
    returnUrl: safeReturnUrl(returnUrl, frontEnd.origin, pathAt(frontEnd, '/')),
    correlationId: randomToken().slice(0, 12),
    rid,
    embedder: inFrame ? origin : undefined,
    prompt: flow === 'interactive' ? prompt : 'none',
    maxAgeS: maxAgeOf(query.data.max_age, flow === 'interactive' ? frontEnd.maxAgeS : undefined),
    acrValues: acrValuesOf(query.data.acr_values?.split(' '), frontEnd.acrValues),
    loginHint: query.data.login_hint,
    uiLocales: query.data.ui_locales,
    cookiesAsked: cookies === 'asked',
    maxIdpAgeS: query.data.max_idp_age,
  };
}

/** Whom to tell that a request of a frame can't be served: undefined when it does not say who embeds it. */
export function listenerOf(
  { query }: Pick<FastifyRequest, 'query'>,
  frontEnd: FrontEnd,
  correlationId: string,
): SilentListener | undefined {
  const { origin = frontEnd.origin, rid } = query as Readonly<Record<string, unknown>>;
  if (typeof origin !== 'string' || !frontEnd.embedding.has(origin)) return undefined;
  return { origin, rid: Rid.safeParse(rid).data, correlationId };
}

function badParameter(name: string) {
  return problem(
    400,
    'bad-parameter',
    `The parameter ${name} can't be used`,
    'Each stands once. prompt is none, or some of login, consent, select_account and create; max_age and max_idp_age are whole seconds; rid has 1 to 64 letters, digits, - or _.',
  );
}

function maxAgeOf(wanted: number | undefined, demanded: number | undefined): number | undefined {
  return wanted === undefined || demanded === undefined ? (wanted ?? demanded) : Math.min(wanted, demanded);
}

function acrValuesOf(
  wanted: readonly string[] | undefined,
  demanded: readonly string[] | undefined,
): readonly string[] | undefined {
  if (wanted === undefined || demanded === undefined) return wanted ?? demanded;
  const both = wanted.filter((value) => demanded.includes(value));
  if (both.length === 0) throw badParameter('acr_values');
  return both;
}
