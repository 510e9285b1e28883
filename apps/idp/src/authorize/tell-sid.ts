import type Provider from 'oidc-provider';

/**
 * Lets every client know its `sid` of the session. The engine tells it only to clients that hear logout tokens; but whoever
 * has it can name the very session in an `id_token_hint`, so that signing out needs no question.
 */
export function tellSid({ Client }: Provider): void {
  Client.prototype.includeSid = () => true;
}
