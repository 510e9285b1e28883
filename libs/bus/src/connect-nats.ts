import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { checkServerIdentity, type ConnectionOptions as TlsConnectOptions, type PeerCertificate } from 'node:tls';
import { isNativeError } from 'node:util/types';
import {
  type Authenticator,
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  type TlsOptions,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import { addressesOf, faultsOf, type NatsAccess, type NatsServers, serversOf } from './nats-access.js';

const PAUSE_MS = 250;
const CONNECT_TIMEOUT_MS = 5_000;
/** A fault that stays is said again after so many tries. */
const SAID_AGAIN = 120;
const logger = new Logger('Nats');

/**
 * Connects to NATS. Waits for a server that is not there yet, or does not take us, and comes back after every loss, for
 * ever; it says why it waits. Where TLS is asked for, nothing is told to a server that has none or can't prove its name.
 *
 * @param name what the server shows as the connection's name; answers go to the inbox `_INBOX_<name>`
 * @param signal ends the wait
 * @throws TypeError when the access contradicts itself; the signal's reason when it aborts
 */
export async function connectNats(access: NatsAccess, name: string, signal?: AbortSignal): Promise<NatsConnection> {
  const [fault] = faultsOf(access);
  if (fault !== undefined) throw new TypeError(`NATS can't be reached like this: ${fault.part} ${fault.message}`);
  let said = '';
  for (let tries = 1; ; tries += 1) {
    signal?.throwIfAborted();
    try {
      return await connect(optionsOf(serversOf(access), name));
    } catch (error) {
      const reason = isNativeError(error) ? error.message : 'unknown';
      if (reason !== said || tries % SAID_AGAIN === 0)
        logger.warn(`bus.connect.failed name=${name} attempt=${tries} reason=${reason}`);
      said = reason;
    }
    await setTimeout(PAUSE_MS, undefined, { signal });
  }
}

function optionsOf(servers: NatsServers, name: string): ConnectionOptions {
  const addresses = addressesOf(servers.urls);
  return {
    servers: addresses.map(({ host }) => host),
    name,
    inboxPrefix: servers.inboxPrefix ?? `_INBOX_${name.replaceAll(/[^\w-]/g, '_')}`,
    ...authenticatorOf(servers, addresses),
    ...tlsOf(servers, addresses),
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true, // a password that is being changed is right again in a moment
    reconnectTimeWait: PAUSE_MS,
    pingInterval: 10_000,
    maxPingOut: 2,
  };
}

function authenticatorOf(
  { user, password, nkeySeedFile, credsFile }: NatsServers,
  addresses: readonly URL[],
): { authenticator?: Authenticator } {
  if (credsFile !== undefined) return { authenticator: credsAuthenticator(rereadable(credsFile)) };
  if (nkeySeedFile !== undefined) {
    const read = rereadable(nkeySeedFile);
    return { authenticator: nkeyAuthenticator(() => seedIn(read())) };
  }
  if (user !== undefined) return { authenticator: usernamePasswordAuthenticator(user, password) };
  const known = addresses.find(({ username }) => username !== '');
  if (known === undefined) return {};
  const [name, secret] = [known.username, known.password].map(decodeURIComponent);
  return { authenticator: usernamePasswordAuthenticator(name ?? '', secret) };
}

/** Reads a file now, and again each time; what it held last stays good while it is being replaced. */
function rereadable(path: string): () => Uint8Array {
  let last = readFileSync(path);
  return () => {
    try {
      last = readFileSync(path);
    } catch {
      // the next connection reads it again
    }
    return last;
  };
}

/** A seed file may have comments and a line end; the seed is its first word that can be one. */
function seedIn(text: Uint8Array): Uint8Array {
  const [seed = ''] = /\bSU[A-Z2-7]{56}\b/.exec(Buffer.from(text).toString('latin1')) ?? [];
  return Buffer.from(seed);
}

function tlsOf({ tls = {} }: NatsServers, addresses: readonly URL[]): { tls?: TlsOptions } {
  const files = Object.fromEntries(Object.entries(tls).filter(([, path]) => path !== undefined));
  const wanted = addresses.some(({ protocol }) => protocol === 'tls:') || Object.keys(files).length > 0;
  if (!wanted) return {};
  const hosts = addresses.map(({ hostname }) => hostname.replaceAll(/[[\]]/g, ''));
  const options: TlsOptions & Pick<TlsConnectOptions, 'checkServerIdentity'> = {
    ...files,
    checkServerIdentity: (asked, peer) => identityFault(hosts, asked, peer),
  };
  return { tls: options };
}

/**
 * The client does not tell TLS the address of a server that has no name, and Node then compares the certificate with
 * `localhost`. Such a server must have a certificate for one of the addresses that were given.
 */
function identityFault(hosts: readonly string[], asked: string, peer: PeerCertificate): Error | undefined {
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  const wanted = asked === 'localhost' && !hosts.includes(asked) && addresses.length > 0 ? addresses : [asked];
  const faults = wanted.map((host) => checkServerIdentity(host, peer));
  return faults.includes(undefined) ? undefined : faults[0];
}
