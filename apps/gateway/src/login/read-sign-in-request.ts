import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problem } from '#http';
import { safeReturnUrl } from '#oidc';
import type { FrontEnd } from '../http/front-ends.js';
import type { SignInRequest } from './sign-in.js';

const Query = z.object({
  returnUrl: z.string().optional(),
  prompt: z.literal('none').optional(),
  rid: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  origin: z.string().optional(),
  /** `0`: the IdP did not take our hint, so ask without */
  hint: z.literal('0').optional(),
});

/**
 * Reads the query of `/bff/login` and `/bff/silent-login`. A return URL that leads away becomes `/`; an embedding origin
 * that is not the front end's own is refused.
 *
 * @throws Problem 400 `bad-parameter`, 403 `origin-not-allowed`
 */
export function readSignInRequest(
  request: FastifyRequest,
  frontEnd: FrontEnd,
): Omit<SignInRequest, 'hint'> & { readonly withoutHint: boolean } {
  const query = Query.safeParse(request.query);
  if (!query.success) {
    const name = String(query.error.issues[0]?.path[0] ?? 'a parameter');
    throw problem(
      400,
      'bad-parameter',
      `The parameter ${name} can't be used`,
      'prompt may be none or absent; rid has 1 to 64 letters, digits, - or _.',
    );
  }
  const { returnUrl, prompt, rid, origin, hint } = query.data;
  const inFrame = new URL(request.url, frontEnd.origin).pathname === '/bff/silent-login';
  if (inFrame && origin !== undefined && origin !== frontEnd.origin) {
    throw problem(403, 'origin-not-allowed', 'This origin may not embed the silent sign-in');
  }
  const flow = inFrame ? 'silent-iframe' : prompt === 'none' ? 'silent-top' : 'interactive';
  return {
    flow,
    returnUrl: safeReturnUrl(returnUrl, frontEnd.origin),
    rid,
    withoutHint: hint === '0',
  };
}
