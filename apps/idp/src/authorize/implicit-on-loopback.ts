import type Provider from 'oidc-provider';
import { z } from 'zod';
import { isLoopback } from '../loopback.js';

/** The engine's objections to redirect URIs of clients that get tokens from the authorization endpoint. */
const OBJECTIONS = ['implicit-force-https', 'implicit-forbid-localhost'];

/** The part of a client's metadata that they are about. */
const Uris = z.object({
  redirect_uris: z.array(z.url()).catch([]),
  post_logout_redirect_uris: z.array(z.url()).catch([]),
});

/** What the engine judges metadata with. Its type declarations leave it out. */
interface Judge {
  invalidate: (this: Judge, message: string, code?: string) => void;
}

/**
 * Lets clients that use the implicit flow have redirect URIs on loopback, over plain http: there nothing crosses a network.
 * The engine refuses those for all web clients (Registration §2), demos and tests included.
 */
export function allowImplicitOnLoopback({ Client }: Pick<Provider, 'Client'>): void {
  const judge = judgeOf(Client);
  const { invalidate } = judge;
  judge.invalidate = function object(message, code) {
    if (code !== undefined && OBJECTIONS.includes(code) && staysOnThisMachine(this)) return;
    invalidate.call(this, message, code);
  };
}

function staysOnThisMachine(metadata: unknown): boolean {
  const { redirect_uris: uris, post_logout_redirect_uris: others } = Uris.parse({ ...Object(metadata) });
  return [...uris, ...others].every((uri) => {
    const { protocol, hostname } = new URL(uri);
    return (protocol === 'https:' && hostname !== 'localhost') || isLoopback(hostname);
  });
}

/** @throws when the engine has changed */
function judgeOf(Client: object): Judge {
  const schema: unknown = 'Schema' in Client ? Client.Schema : undefined;
  if (typeof schema !== 'function' || !isJudge(schema.prototype)) throw new Error('the engine judges metadata no more');
  return schema.prototype;
}

function isJudge(prototype: unknown): prototype is Judge {
  return Object(prototype) === prototype && 'invalidate' in Object(prototype);
}
