import { connect, type NatsConnection } from '@nats-io/transport-node';

/**
 * Connects to NATS. Waits for a server that is not there yet, and comes back after every loss, for ever.
 *
 * @param urls one or several, separated by commas; user and password are those of the first
 * @param name what the server shows as the connection's name
 */
export async function connectNats(urls: string, name: string): Promise<NatsConnection> {
  const servers = urls.split(',').map((text) => new URL(text.trim()));
  const { username, password } = servers[0] ?? { username: '', password: '' };
  return connect({
    servers: servers.map(({ host }) => host),
    name,
    ...(username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(servers.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true, // a password that is being changed is right again in a moment
    reconnectTimeWait: 250,
    pingInterval: 10_000,
    maxPingOut: 2,
  });
}
