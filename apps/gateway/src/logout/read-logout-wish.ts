import { safeReturnUrl } from '#oidc';
import { z } from 'zod';
import type { FrontEnd } from '../front-ends/front-end.js';

/** How a person wants to leave. */
export interface LogoutWish {
  /** every session of the person, in every browser and client */
  readonly everywhere: boolean;
  /** a path of the front end's own origin */
  readonly returnUrl: string;
}

const Wish = z.object({
  everywhere: z
    .union([z.literal(true), z.literal('1')])
    .optional()
    .catch(undefined),
  returnUrl: z.string().optional().catch(undefined),
});

/** Reads a query or a JSON body. What can't be read is as if it were not there: nobody is kept from leaving by it. */
export function readLogoutWish(asked: unknown, { afterLogout, origin }: FrontEnd): LogoutWish {
  const { everywhere, returnUrl } = Wish.safeParse(asked).data ?? {};
  return {
    everywhere: everywhere !== undefined,
    returnUrl: returnUrl === undefined ? afterLogout : safeReturnUrl(returnUrl, origin),
  };
}
