import { z } from 'zod';

/** Accepts the address of NATS: `nats://user:password@host:4222`, several separated by commas. */
export const natsUrl = z
  .string()
  .refine(
    (text) => text.split(',').every((part) => URL.canParse(part) && /^(?:nats|tls):$/.test(new URL(part).protocol)),
    { error: 'must be nats://[user:password@]host:port, several separated by commas' },
  );
