import { Injectable } from '@nestjs/common';
import type { JWKS } from 'oidc-provider';
import type { IdpConfig } from '../config.js';

/** The keys that sign. */
@Injectable()
export class KeyRing {
  constructor(private readonly config: IdpConfig) {}

  /** Gives the private key set of this moment: the first key signs, the others only verify. */
  load(): Promise<JWKS> {
    return Promise.resolve(this.config.IDP_JWKS ?? { keys: [] });
  }
}
