import { type Answer, IdpHttp, type IdpRequest, type Unreachable } from '#idp-client';
import type { Clock, SsfReply } from '#session';
import type { ApiAuthorization } from './api-authorization.js';
import { pollRequest } from './poll-answer.js';
import { newStream } from './stream-configuration.js';
import type { TransmitterOptions } from './transmitter.js';

/** What a request to the transmitter's API came to. Only what stands in a well-formed answer is believed. */
export type ApiAnswer = Answer | Unreachable;

/** How to poll. */
export interface PollTerms {
  readonly maxEvents: number;
  /** the transmitter may hold the answer back until there is something */
  readonly waits: boolean;
  readonly timeoutMs: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Speaks with a transmitter's API for streams and their events. Every method sends one request; faults of the network are
 * answers.
 *
 * @throws IdpError of each method: no authorization is to be had, or the address is plain http on another machine
 * @see Shared Signals Framework 1.0 §8.1; {@link https://www.rfc-editor.org/rfc/rfc8936 RFC 8936} §2
 */
export class StreamApi {
  constructor(
    private readonly transmitter: TransmitterOptions,
    private readonly authorization: ApiAuthorization,
    private readonly clock: Clock,
  ) {}

  /** Gives one stream, or all of ours. */
  read(endpoint: string, streamId: string | undefined): Promise<ApiAnswer> {
    return this.send(withStream(endpoint, streamId), {});
  }

  create(endpoint: string): Promise<ApiAnswer> {
    return this.post(endpoint, newStream());
  }

  status(endpoint: string, streamId: string): Promise<ApiAnswer> {
    return this.send(withStream(endpoint, streamId), {});
  }

  /** Asks for an event that shows that the stream works. */
  verify(endpoint: string, streamId: string, state: string): Promise<ApiAnswer> {
    return this.post(endpoint, { stream_id: streamId, state });
  }

  /** Fetches tokens. `replies` says what became of those of before. */
  async poll(
    endpoint: string,
    replies: readonly SsfReply[],
    { timeoutMs, ...terms }: PollTerms,
    signal: AbortSignal,
  ): Promise<ApiAnswer> {
    const refuses = replies.some(({ refused }) => refused !== undefined);
    const language: Readonly<Record<string, string>> = refuses ? { 'content-language': 'en' } : {};
    return this.post(endpoint, pollRequest(replies, terms), { timeoutMs, signal, headers: language });
  }

  /** The API did not take our token: the next request gets another, if there is one. */
  forgetToken(): void {
    this.authorization.forget();
  }

  private post(
    url: string,
    body: Readonly<Record<string, unknown>>,
    options: { timeoutMs?: number; signal?: AbortSignal; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<ApiAnswer> {
    const { headers, ...others } = options;
    const init = { method: 'POST', body: JSON.stringify(body) } as const;
    return this.send(url, { ...init, headers: { 'content-type': 'application/json', ...headers } }, others);
  }

  private async send(
    url: string,
    { headers, ...init }: IdpRequest,
    { timeoutMs = TIMEOUT_MS, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<ApiAnswer> {
    const http = new IdpHttp({ ...this.transmitter, timeoutMs }, this.clock);
    http.resolve(url); // before anything secret is made
    const authorization = await this.authorization.header();
    const answer = await http.send(
      url,
      { ...init, headers: { accept: 'application/json', authorization, ...headers } },
      signal,
    );
    if (answer.kind === 'answered' && answer.status === 401) this.forgetToken();
    return answer;
  }
}

function withStream(endpoint: string, streamId: string | undefined): string {
  const url = new URL(endpoint);
  if (streamId !== undefined) url.searchParams.set('stream_id', streamId);
  return url.href;
}
