import type { Clock, ProbeOutcome } from '#session';
import { isClearText } from './clear-text.js';
import { IdpError } from './errors.js';
import { namesNextPage } from './next-page.js';
import { type IdpRequest, type Received, sendRequest } from './send-request.js';

/** How to reach an IdP. */
export interface IdpAddress {
  readonly issuer: string;
  /** origin for server-to-server requests in place of the issuer's, where the public name does not lead to the IdP */
  readonly internalOrigin: string | undefined;
  /** permits http to hosts other than this machine */
  readonly unsafePlainHttp: boolean;
  /** an answer must be there, whole, within; default: 10 s */
  readonly timeoutMs?: number | undefined;
}

/** There was no answer. */
export type Unreachable = Extract<ProbeOutcome, { kind: 'unreachable' }>;
/** One answer, read whole. `body` is undefined when it was no JSON. */
export type Answer = Extract<ProbeOutcome, { kind: 'answered' }> & {
  readonly location: string | undefined;
  /** the text, when it came as a JWT: nothing of it has been verified */
  readonly jwt: string | undefined;
  /** a Link header names a page that follows (RFC 8288) */
  readonly hasNextPage: boolean;
};

/** An answer must be there, whole, within so many milliseconds, unless its address says otherwise. */
export const REQUEST_LIMIT_MS = 10_000;
const BODY_LIMIT = 256 * 1024;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;
const JWT_TYPE = /^application\/(?:token-introspection\+)?jwt\b/i;

/**
 * Speaks HTTP with one IdP: never without a time limit (10 s) and a size limit (256 KB), never following a redirect,
 * never in clear text to another machine.
 */
export class IdpHttp {
  private latest: { readonly url: string; readonly target: string } | undefined;

  constructor(
    private readonly address: IdpAddress,
    private readonly clock: Clock,
  ) {}

  /** Sends one request. Network faults are an outcome, not an exception. @throws IdpError `IDP_INSECURE` */
  async send(url: string, init: IdpRequest, signal?: AbortSignal): Promise<Answer | Unreachable> {
    const received = await this.exchange(url, init, signal);
    return received.kind === 'received' ? toAnswer(received, this.clock.now()) : received;
  }

  /**
   * Fetches a document whatever content type it is given: key sets come as text from some places.
   *
   * @throws IdpError `IDP_UNAVAILABLE` when there is no answer, or another status than 200; `IDP_INSECURE`
   */
  async document(url: string): Promise<string> {
    const received = await this.exchange(url, { headers: { accept: 'application/json, application/jwk-set+json' } });
    if (received.kind === 'unreachable')
      throw new IdpError('IDP_UNAVAILABLE', `${url} can't be reached: ${received.reason}`);
    if (received.status !== 200) throw new IdpError('IDP_UNAVAILABLE', `${url} answered ${received.status}`);
    return received.text;
  }

  /** Gives the address that a request for `url` really goes to; of the url asked for last it is known. @throws IdpError `IDP_INSECURE` */
  resolve(url: string): string {
    if (this.latest?.url !== url) this.latest = { url, target: this.addressOf(url) };
    return this.latest.target;
  }

  private addressOf(url: string): string {
    const { issuer, internalOrigin, unsafePlainHttp } = this.address;
    const target = new URL(url);
    const moved = internalOrigin !== undefined && target.origin === new URL(issuer).origin;
    const reached = moved ? new URL(`${target.pathname}${target.search}`, internalOrigin) : target;
    if (!unsafePlainHttp && isClearText(reached)) {
      throw new IdpError(
        'IDP_INSECURE',
        `${reached.origin} is plain http on another machine; use https, or permit it in the configuration of the IdP`,
      );
    }
    return reached.href;
  }

  private exchange(url: string, init: IdpRequest, signal?: AbortSignal): Promise<Received> {
    const { timeoutMs = REQUEST_LIMIT_MS } = this.address;
    return sendRequest(this.resolve(url), init, { timeoutMs, maxBytes: BODY_LIMIT, signal });
  }
}

function toAnswer({ text, status, headers }: Extract<Received, { kind: 'received' }>, now: Date): Answer {
  const type = headers['content-type'] ?? '';
  return {
    kind: 'answered',
    status,
    body: JSON_TYPE.test(type) ? parseJson(text) : undefined,
    jwt: JWT_TYPE.test(type) ? text.trim() : undefined,
    retryAfterS: retryAfterOf(headers['retry-after'], now),
    challenge: joined(headers['www-authenticate']),
    location: headers.location,
    hasNextPage: namesNextPage(joined(headers.link)),
  };
}

/** A header that came several times is one list (RFC 9110 §5.3). */
const joined = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'object' ? header.join(', ') : header;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.retry-after RFC 9110} §10.2.3 */
function retryAfterOf(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}
