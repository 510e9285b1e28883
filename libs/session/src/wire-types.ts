import { z } from 'zod';

// eslint-disable-next-line no-control-regex -- it is what must not be there
const NO_NUL = /^[^\x00]*$/;

/** A text that is not empty. Postgres holds no NUL, so one with a NUL could be tried again for ever. */
export const Text = z.string().min(1).regex(NO_NUL);

/** Not before 1970: Postgres has no year 0, and an event that it refuses would be tried again for ever. */
export const Timestamp = z.iso
  .datetime({ offset: true })
  .regex(/^(?:19[7-9]|[2-9])/)
  .meta({ format: 'date-time' })
  .transform((text) => new Date(text))
  .refine((date) => date.getTime() >= 0);
