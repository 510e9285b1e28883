import type { IncomingMessage } from 'node:http';

/** Kept beside the request, for the engine hands on nothing but the raw one. */
const addresses = new WeakMap<IncomingMessage, string>();

/** Notes the address that a request came from, as the HTTP server judges it: trusted proxies are seen through. */
export function noteAddress(request: IncomingMessage, address: string): void {
  addresses.set(request, address);
}

/** Gives the address that a request came from. */
export function addressOf(request: IncomingMessage): string | undefined {
  return addresses.get(request);
}
