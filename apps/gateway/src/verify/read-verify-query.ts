import { z } from 'zod';
import { problem } from '#http';

/** What a proxy wants of the answer. */
export interface VerifyQuery {
  /** the service that an assertion is for */
  readonly service: string | undefined;
  readonly maxIdpAgeMs: number | undefined;
  readonly redirect: boolean;
  /** try the sign-in without a page first */
  readonly silent: boolean;
  readonly slide: boolean;
}

const flag = z.enum(['0', '1']).default('0');
const Query = z.object({
  service: z.string().optional(),
  maxIdpAge: z
    .string()
    .regex(/^\d{1,7}$/)
    .optional(),
  redirect: flag,
  silent: flag,
  slide: z.enum(['true', 'false']).default('true'),
});

/** Reads the query of `/bff/verify`: it stands in the proxy's configuration. @throws Problem 400 `bad-parameter` */
export function readVerifyQuery(given: unknown): VerifyQuery {
  const query = Query.safeParse(given);
  if (!query.success) {
    const name = String(query.error.issues[0]?.path[0] ?? 'a parameter');
    throw problem(400, 'bad-parameter', `The parameter ${name} can't be used`);
  }
  const { service, maxIdpAge, redirect, silent, slide } = query.data;
  return {
    service,
    maxIdpAgeMs: maxIdpAge === undefined ? undefined : Number(maxIdpAge) * 1000,
    redirect: redirect === '1',
    silent: silent === '1',
    slide: slide === 'true',
  };
}
