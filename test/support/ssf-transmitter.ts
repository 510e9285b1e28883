import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
export const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';
export const API_TOKEN = 'token-for-the-api';

type Json = Readonly<Record<string, unknown>>;

/** A poll that came in. */
export interface PollSeen {
  readonly body: {
    readonly maxEvents?: number;
    readonly returnImmediately?: boolean;
    readonly ack?: readonly string[];
    readonly setErrs?: Readonly<Record<string, { readonly err: string; readonly description: string }>>;
  };
  readonly headers: IncomingMessage['headers'];
}

/** What a poll is answered in place of the truth; undefined: the truth. `drop` cuts the connection, `hang` never answers. */
export type PollScript = (
  poll: PollSeen,
) => { readonly status: number; readonly body?: unknown } | 'drop' | 'hang' | undefined;

/**
 * A transmitter of security events with one stream (SSF 1.0, RFC 8936): it has keys, hands out tokens again and again until each
 * is acknowledged or refused, holds a poll open while there is none, and verifies its stream when it is asked to.
 */
export class SsfTransmitter {
  readonly polls: PollSeen[] = [];
  readonly acked: string[] = [];
  readonly refused = new Map<string, string>();
  /** tokens that wait, by jti */
  readonly queue = new Map<string, string>();
  readonly requests: string[] = [];
  configuration: Json = {};
  /** what the description of the stream says beside the usual */
  stream: Json = {};
  exists = false;
  /** lists that come out empty, before the stream stands in them */
  hidden = 0;
  status = 'enabled';
  state: (asked: string) => string | undefined = (asked) => asked;
  verifyAnswer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> } = { status: 204 };
  script: PollScript = () => undefined;
  holdMs = 60_000;
  token = API_TOKEN;
  /** the most polls that were open at once */
  mostAtOnce = 0;
  private open = 0;
  private count = 0;
  private readonly waiting = new Set<() => void>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(private readonly keys: { readonly privateKey: CryptoKey; readonly publicJwk: JWK }) {}

  static async start(): Promise<SsfTransmitter> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const publicJwk = { ...(await exportJWK(publicKey)), kid: 's1', alg: 'RS256', use: 'sig' };
    const transmitter = new SsfTransmitter({ privateKey, publicJwk });
    await new Promise<void>((resolve) => transmitter.server.listen(0, '127.0.0.1', resolve));
    return transmitter;
  }

  get issuer(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Signs a token and lets it wait for a poll. Gives its jti. `header` and `claims` are laid over what is right. */
  async send(claims: Json, header: Json = {}): Promise<string> {
    const jti = typeof claims.jti === 'string' ? claims.jti : `set-${(this.count += 1)}`;
    this.offer(jti, await this.sign({ jti, ...claims }, header));
    return jti;
  }

  /** Lets anything wait for a poll. */
  offer(jti: string, token: string): void {
    this.queue.set(jti, token);
    for (const wake of this.waiting) wake();
  }

  sign(claims: Json, header: Json = {}): Promise<string> {
    const iat = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.issuer, aud: 'us', iat, events: { [CAEP]: {} }, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 's1', typ: 'secevent+jwt', ...header })
      .sign(this.keys.privateKey);
  }

  /** Makes all of it as it was at the start, but for what was polled. */
  reset(): void {
    this.script = () => undefined;
    this.state = (asked) => asked;
    this.verifyAnswer = { status: 204 };
    this.queue.clear();
    Object.assign(this, {
      configuration: {},
      stream: {},
      exists: false,
      hidden: 0,
      holdMs: 60_000,
      status: 'enabled',
      token: API_TOKEN,
      mostAtOnce: 0,
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === 'POST' ? await text(request) : '';
    const { pathname: path, search, searchParams } = new URL(request.url ?? '/', this.issuer);
    this.requests.push(`${request.method ?? ''} ${path}${search}`);
    const reply = (status: number, value?: unknown, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (path === '/.well-known/ssf-configuration') return void reply(200, this.discovery());
    if (path === '/jwks') return void reply(200, { keys: [this.keys.publicJwk] });
    if (request.headers.authorization !== `Bearer ${this.token}`) return void reply(401, {});
    const sent = (body === '' ? {} : JSON.parse(body)) as Json;
    if (path === '/poll') return this.answerPoll({ body: sent, headers: request.headers }, response, reply);
    if (path === '/status') return void reply(200, { stream_id: 'stream-1', status: this.status });
    if (path === '/verify') return this.verify(sent, reply);
    if (path !== '/streams') return void reply(404, {});
    if (request.method === 'GET') return void reply(...this.found(searchParams.get('stream_id')));
    if (this.exists) return void reply(409, {});
    this.exists = true;
    return void reply(201, this.described());
  }

  private discovery(): Json {
    const at = (path: string) => `${this.issuer}${path}`;
    const endpoints = { configuration_endpoint: at('/streams'), status_endpoint: at('/status') };
    return {
      ...{ issuer: this.issuer, jwks_uri: at('/jwks'), critical_subject_members: ['planet'] },
      ...{ ...endpoints, verification_endpoint: at('/verify'), ...this.configuration },
    };
  }

  private found(streamId: string | null): [status: number, body: unknown] {
    if (streamId !== null) return this.exists && streamId === 'stream-1' ? [200, this.described()] : [404, {}];
    const isHidden = this.hidden > 0;
    if (isHidden) this.hidden -= 1;
    return [200, this.exists && !isHidden ? [this.described()] : []];
  }

  private described(): Json {
    const delivery = { method: 'urn:ietf:rfc:8936', endpoint_url: `${this.issuer}/poll` };
    return { stream_id: 'stream-1', iss: this.issuer, aud: ['us'], delivery, events_delivered: [CAEP], ...this.stream };
  }

  private async verify(
    { state }: Json,
    reply: (status: number, value?: unknown, headers?: Readonly<Record<string, string>>) => unknown,
  ) {
    const { status, headers } = this.verifyAnswer;
    const told = this.state(String(state));
    if (status === 204 && told !== undefined)
      await this.send({
        sub_id: { format: 'opaque', id: 'stream-1' },
        events: { [`${SSF}verification`]: { state: told } },
      });
    reply(status, undefined, headers);
  }

  private async answerPoll(
    poll: PollSeen,
    response: ServerResponse,
    reply: (status: number, value?: unknown) => unknown,
  ) {
    this.polls.push(poll);
    this.open += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.open);
    response.on('close', () => (this.open -= 1));
    const scripted = this.script(poll);
    if (scripted === 'drop') return void response.destroy();
    if (scripted === 'hang') return;
    if (scripted !== undefined) return void reply(scripted.status, scripted.body);
    this.settle(poll);
    if (poll.body.returnImmediately !== true && this.queue.size === 0) await this.somethingFor(response);
    const sets = [...this.queue].slice(0, poll.body.maxEvents);
    reply(200, { sets: Object.fromEntries(sets), moreAvailable: sets.length < this.queue.size });
  }

  private settle({ body: { ack = [], setErrs = {} } }: PollSeen): void {
    for (const jti of ack) this.acked.push(jti);
    for (const [jti, { err }] of Object.entries(setErrs)) this.refused.set(jti, err);
    for (const jti of [...ack, ...Object.keys(setErrs)]) this.queue.delete(jti);
  }

  private somethingFor(response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.holdMs);
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
      response.on('close', done);
    });
  }
}
