import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';

/** What an IdP is like for a while: the share of its answers that are not the truth. */
const MOODS = {
  well: { share: 0, faults: ['error'] },
  calm: { share: 0.02, faults: ['error', 'throttled', 'slow'] },
  rough: { share: 0.4, faults: ['error', 'page', 'page200', 'later', 'throttled', 'slow', 'reset', 'hang'] },
  down: { share: 1, faults: ['error', 'later', 'page', 'reset'] },
  throttled: { share: 0.9, faults: ['throttled'] },
} as const;
export type Mood = keyof typeof MOODS;
type Fault = (typeof MOODS)[Mood]['faults'][number];

/**
 * An IdP that knows which sessions have ended, never lies about one, and now and then says nothing of use: 429, 5xx, a
 * page, half an answer, an answer that comes late or never.
 */
export class ChaoticIdp {
  readonly ended = new Set<string>();
  readonly answers = new Map<string, number>();
  mood: Mood = 'well';
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(
    private readonly random: () => number,
    private readonly keySet: string,
  ) {}

  static async start(random: () => number): Promise<ChaoticIdp> {
    const { publicKey } = await generateKeyPair('ES256');
    const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
    const idp = new ChaoticIdp(random, keySet);
    await new Promise<void>((resolve) => idp.server.listen(0, '127.0.0.1', resolve));
    return idp;
  }

  get issuer(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(request.method === 'POST' ? await text(request).catch(() => '') : '');
    const { share, faults } = MOODS[this.mood];
    const fault = this.random() < share ? faults[Math.floor(this.random() * faults.length)] : undefined;
    this.count(fault ?? 'truth');
    if (fault === 'slow')
      setTimeout(
        () => {
          this.tellTruth(request, form, response);
        },
        500 + 4_000 * this.random(),
      );
    else if (fault === undefined) this.tellTruth(request, form, response);
    else this.fail(fault, response);
  }

  private fail(fault: Exclude<Fault, 'slow'>, response: ServerResponse): void {
    const page = '<!doctype html><title>Bad gateway</title>';
    switch (fault) {
      case 'error': {
        send(response, this.random() < 0.5 ? 500 : 504, 'application/json', '{"error":"server_error"}');
        return;
      }
      case 'page': {
        send(response, 502, 'text/html', page);
        return;
      }
      case 'page200': {
        send(response, 200, 'text/html', page);
        return;
      }
      case 'later': {
        send(response, 503, 'text/plain', 'later', { 'retry-after': '2' });
        return;
      }
      case 'throttled': {
        send(response, 429, 'text/plain', 'slow down', this.random() < 0.5 ? { 'retry-after': '1' } : {});
        return;
      }
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'hang': // until whoever asked gives up
        return;
    }
  }

  private tellTruth(request: IncomingMessage, form: URLSearchParams, response: ServerResponse): void {
    const { issuer } = this;
    if (request.url === '/jwks') {
      send(response, 200, 'application/json', this.keySet);
      return;
    }
    if (request.url !== '/introspect') {
      const at = (name: string) => `${issuer}/${name}`;
      const metadata = {
        ...{ issuer, authorization_endpoint: at('authorize'), token_endpoint: at('token'), jwks_uri: at('jwks') },
        introspection_endpoint: at('introspect'),
      };
      send(response, 200, 'application/json', JSON.stringify(metadata));
      return;
    }
    const sub = form.get('token')?.replace('refresh-', '') ?? '';
    const body = this.ended.has(sub) ? { active: false } : { active: true, client_id: 'gateway', sub };
    send(response, 200, 'application/json', JSON.stringify(body));
  }

  private count(what: string): void {
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
): void {
  if (!response.destroyed) response.writeHead(status, { 'content-type': type, ...more }).end(body);
}
