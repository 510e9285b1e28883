import type { Idp } from './idp.js';

/** The IdPs of this gateway. */
export class Idps {
  constructor(readonly all: readonly Idp[]) {}

  /** Gives the IdP of a session or transaction: an issuer may be there more than once, with different clients. */
  find(iss: string, clientId: string): Idp | undefined {
    return this.all.find((idp) => idp.issuer === iss && idp.clientId === clientId);
  }
}
