import type { Client } from 'oidc-provider';
import type Provider from 'oidc-provider';

/** The engine's own sender: one signed logout token, one POST, 2.5 s at most. Its type declarations leave it out. */
type Send = (this: Client, sub: string, sid: string | undefined) => Promise<void>;

interface Sends {
  backchannelLogout: Send;
}

const senders = new WeakMap<Provider, Send>();

/**
 * Takes the sending of logout tokens out of the engine's hands. It would send them before a session has ended, once, and only
 * from its own logout form; here the deletion of the session's row writes the deliveries down and `LogoutSender` sends
 * them, with the sender that is kept here.
 */
export function takeOverSending(provider: Provider): void {
  const { prototype } = provider.Client;
  if (!sends(prototype)) throw new Error('the engine sends no logout tokens');
  senders.set(provider, prototype.backchannelLogout);
  prototype.backchannelLogout = () => Promise.resolve();
}

function sends(prototype: Client): prototype is Client & Sends {
  return 'backchannelLogout' in prototype && typeof prototype.backchannelLogout === 'function';
}

/**
 * Signs a fresh logout token with the engine's key and posts it to the client.
 *
 * @throws whatever the network or the client's answer was
 */
export async function sendLogoutToken(
  provider: Provider,
  client: Client,
  sub: string,
  sid: string | undefined,
): Promise<void> {
  const send = senders.get(provider);
  if (send === undefined) throw new Error('the engine was not made by createProvider');
  await send.call(client, sub, sid);
}
