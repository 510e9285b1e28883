import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, type JWTPayload } from 'jose';

/** A logout token that arrived. */
export interface ReceivedLogout {
  readonly clientId: string;
  readonly token: string;
  readonly claims: JWTPayload;
  /** of `performance.now()` */
  readonly atMs: number;
}

/** How a client answers a logout token. */
export type Manner = 'ok' | 'hang' | 'redirect' | 'error';

const ANSWERS: Readonly<Record<Manner, (response: ServerResponse) => void>> = {
  ok: (response) => response.end(),
  hang: () => undefined,
  redirect: (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  error: (response) => response.writeHead(500).end(),
};

/** The back-channel endpoints of many clients, each of which can be told to misbehave. */
export class LogoutReceiver {
  readonly received: ReceivedLogout[] = [];
  private readonly manners = new Map<string, Manner>();
  private readonly server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const clientId = request.url?.slice(1) ?? '';
      const token = new URLSearchParams(body).get('logout_token') ?? '';
      this.received.push({ clientId, token, claims: token === '' ? {} : decodeJwt(token), atMs: performance.now() });
      ANSWERS[this.manners.get(clientId) ?? 'ok'](response);
    });
  });

  static async start(port = 0): Promise<LogoutReceiver> {
    const receiver = new LogoutReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  behave(clientId: string, manner: Manner): void {
    this.manners.set(clientId, manner);
  }

  /** Gives what one client has received. */
  of(clientId: string): readonly ReceivedLogout[] {
    return this.received.filter((one) => one.clientId === clientId);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Gives the metadata of clients whose back-channel is at `port`. */
export function toldClients(
  ids: readonly string[],
  port: number,
  secret: string,
  extra: object = {},
  host = 'localhost',
): readonly object[] {
  return ids.map((id) => ({
    client_id: id,
    first_party: true,
    client_secret: secret,
    redirect_uris: [`http://${id}.test/callback`],
    post_logout_redirect_uris: [`http://${id}.test/`],
    grant_types: ['authorization_code', 'refresh_token'],
    backchannel_logout_uri: `http://${host}:${port}/${id}`,
    backchannel_logout_session_required: true,
    refresh_token_rotation: false,
    ...extra,
  }));
}
