import type { ExecutionContext } from '@nestjs/common';
import type { SessionClaim } from '#session';

interface WithHeaders {
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** A socket of `ws` or Socket.IO, where it shows the request that opened it. */
interface SocketClient {
  readonly handshake?: WithHeaders;
  readonly request?: WithHeaders;
  readonly upgradeReq?: WithHeaders;
}

const upgrades = new WeakMap<object, WithHeaders>();
const claims = new WeakMap<object, SessionClaim>();

/**
 * Tells which request opened a socket, where the socket does not show it (`ws`): call it in the gateway's
 * `handleConnection(client, request)`.
 */
export function rememberUpgrade(client: object, request: WithHeaders): void {
  upgrades.set(client, request);
}

/** Remembers what a socket's upgrade has shown. */
export function rememberClaim(client: object, claim: SessionClaim): void {
  claims.set(client, claim);
}

/** Gives what {@link rememberClaim} was told. */
export function rememberedClaim(client: object): SessionClaim | undefined {
  return claims.get(client);
}

/** Gives the request of a context: of HTTP, or the one that opened a WebSocket; undefined for RPC and unknown sockets. */
export function requestOf(context: ExecutionContext): object | undefined {
  if (context.getType() === 'http') return context.getArgByIndex<object>(0); // `switchToHttp` makes three functions each time
  if (context.getType() !== 'ws') return undefined;
  const client = context.switchToWs().getClient<SocketClient>();
  return upgrades.get(client) ?? client.handshake ?? client.request ?? client.upgradeReq;
}

/** Where the credential of a context stands. */
export function carrierOf(context: ExecutionContext): { readonly authorization?: unknown } {
  if (context.getType() === 'rpc') return { authorization: rpcAuthorization(context.switchToRpc().getContext()) };
  const request = requestOf(context) as WithHeaders | undefined;
  return request?.headers ?? {};
}

interface Headers {
  get(name: string): unknown;
}

const hasGet = (value: unknown): value is Headers =>
  typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';

/** Reads the header of a NATS message (`context.getHeaders()`) or of gRPC metadata. */
function rpcAuthorization(context: unknown): unknown {
  const headers = isNatsLike(context) ? context.getHeaders() : context;
  if (!hasGet(headers)) return undefined;
  const value = headers.get('authorization');
  return Array.isArray(value) ? (value[0] as unknown) : value;
}

function isNatsLike(context: unknown): context is { getHeaders: () => unknown } {
  return (
    typeof context === 'object' &&
    context !== null &&
    'getHeaders' in context &&
    typeof context.getHeaders === 'function'
  );
}
