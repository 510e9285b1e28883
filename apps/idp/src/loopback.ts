import { isIPv4 } from 'node:net';

/** Says whether a URL's host name can't leave this machine. */
export function isLoopback(hostname: string): boolean {
  const isAddress = hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
  return isAddress || hostname === 'localhost' || hostname.endsWith('.localhost');
}
