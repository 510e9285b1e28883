import { z } from 'zod';
import { urlFault } from './nats-access.js';

/** Accepts the address of NATS: `nats://user:password@host:4222` or `tls://…`, several separated by commas. */
export const natsUrl = z.string().superRefine((text, context) => {
  const message = urlFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
