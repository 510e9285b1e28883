import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** What an endpoint answers. `hang` never answers; `endless` never ends its answer; `reset` breaks the connection. */
export type Scripted =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string | string[]>> }
  | 'hang'
  | 'endless'
  | 'reset';

/** One request that came in. */
export interface Received {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * An IdP that says what a test tells it to say, also what no decent IdP would say. It speaks real HTTP and signs with
 * real keys; only its honesty is scripted.
 */
export class ScriptedIdp {
  readonly received: Received[] = [];
  introspection: (form: URLSearchParams) => Scripted = () => ({ status: 200, body: { active: false } });
  token: (form: URLSearchParams) => Promise<Scripted> | Scripted = () => ({
    status: 400,
    body: { error: 'invalid_grant' },
  });
  metadata: Readonly<Record<string, unknown>> = {};
  transmitter: Readonly<Record<string, unknown>> = {};
  /** what a path answers in place of what it usually does, and the paths that this IdP does not have else */
  readonly paths = new Map<string, (form: URLSearchParams) => Promise<Scripted> | Scripted>();
  /** TCP connections that came in */
  connections = 0;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private readonly hanging = new Set<ServerResponse>();

  private constructor(
    readonly keys: { readonly privateKey: CryptoKey; readonly publicJwk: JWK },
    private port: number,
  ) {}

  static async start(): Promise<ScriptedIdp> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const publicJwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    const idp = new ScriptedIdp({ privateKey, publicJwk }, 0);
    await idp.listen();
    return idp;
  }

  get issuer(): string {
    return `http://localhost:${this.port}`;
  }

  get requestsHanging(): number {
    return this.hanging.size;
  }

  async listen(): Promise<void> {
    this.server.on('connection', () => (this.connections += 1));
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Signs as this IdP does, with whatever a test wants to be wrong. */
  async sign(payload: JWTPayload, header: { readonly typ?: string; readonly kid?: string } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.issuer, iat: now, exp: now + 120, ...payload })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .sign(this.keys.privateKey);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, search } = new URL(request.url ?? '/', this.issuer);
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : search);
    const { headers } = request;
    this.received.push({ path, form, authorization: headers.authorization, headers });
    const scripted = await this.scriptOf(path, form);
    if (scripted === 'hang') {
      this.hanging.add(response.on('close', () => this.hanging.delete(response)));
      return;
    }
    if (scripted === 'endless') {
      endlessly(response);
      return;
    }
    if (scripted === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    const body = typeof scripted.body === 'string' ? scripted.body : JSON.stringify(scripted.body);
    response
      .writeHead(scripted.status, {
        'content-type': typeof scripted.body === 'string' ? 'text/html' : 'application/json',
        ...scripted.headers,
      })
      .end(body);
  }

  private scriptOf(path: string, form: URLSearchParams): Scripted | Promise<Scripted> {
    const own = this.paths.get(path);
    if (own !== undefined) return own(form);
    switch (path) {
      case '/.well-known/openid-configuration':
        return { status: 200, body: { ...this.endpoints(), ...this.metadata } };
      case '/.well-known/ssf-configuration':
        return { status: 200, body: { issuer: this.issuer, jwks_uri: `${this.issuer}/jwks`, ...this.transmitter } };
      case '/jwks':
        return { status: 200, body: { keys: [this.keys.publicJwk] } };
      case '/introspect':
        return this.introspection(form);
      case '/token':
        return this.token(form);
      default:
        return { status: 404, body: 'not here' };
    }
  }

  private endpoints() {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      introspection_endpoint: `${issuer}/introspect`,
      end_session_endpoint: `${issuer}/logout`,
      authorization_response_iss_parameter_supported: true,
    };
  }
}

/** JSON that goes on until whoever reads it hangs up. */
function endlessly(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(16_384)));
  };
  response.on('drain', more);
  more();
}
