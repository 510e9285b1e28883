import { z } from 'zod';
import { parseTokenKeys } from './token-cipher.js';

/** Accepts the keys of the token cipher as configuration writes them: `kid:base64,kid:base64`. */
export const tokenKeysValue = z.string().transform((text, context) => {
  const [first, ...rest] = parseTokenKeys(text) ?? [];
  if (first === undefined) {
    context.addIssue({
      code: 'custom',
      message: 'must be kid:base64 of 32 bytes, several separated by commas, each kid once',
    });
    return z.NEVER;
  }
  return [first, ...rest] as const;
});
