import type { JWK } from 'jose';
import { z } from 'zod';
import type { KeyRing } from '../keys/key-ring.js';
import type { TokenFault } from './fault-order.js';
import { type ReadToken, spoilToken } from './spoil-token.js';

/** The key ring's own keys; the engine and jose only differ in how they write the type down. */
const PrivateKeys = z.array(z.custom<JWK>((key) => z.looseObject({ kty: z.string() }).safeParse(key).success));

/** Spoils tokens with the keys of the moment. */
export class TokenSpoiler {
  constructor(private readonly keys: KeyRing) {}

  /** @returns undefined when the key that signed the token is gone */
  async spoil(token: ReadToken, order: TokenFault): Promise<string | undefined> {
    const { keys } = await this.keys.load();
    return spoilToken(token, order, PrivateKeys.parse(keys));
  }
}
