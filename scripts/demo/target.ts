import type { JWK } from 'jose';
import type { Person } from './secrets.js';

/** The running system that the story is played against. It is reached by its addresses, as everyone reaches it. */
export interface Target {
  readonly addresses: {
    /** origin of the identity provider */
    readonly idp: string;
    readonly operator: string;
    readonly frontEndA: string;
    readonly frontEndB: string;
    readonly notes: string;
    readonly billing: string;
  };
  readonly operatorToken: string;
  readonly people: readonly Person[];
  /** the gateway's private key of assertions */
  readonly assertionKey: JWK;
  readonly databases: Readonly<Record<'hub' | 'notes' | 'billing', string>>;
  readonly pollIntervalMs: number;

  /** Stops an app in an orderly way; resolves when it is gone. */
  stop(app: 'billing' | 'idp'): Promise<void>;

  /** Starts a stopped app at its old address. Resolves when it was told to start: it is not ready yet. */
  start(app: 'billing' | 'idp'): Promise<void>;
}
