import type { Clock, ProbeOutcome } from '#session';
import { IdpError } from './errors.js';

/** How to reach an IdP. */
export interface IdpAddress {
  readonly issuer: string;
  /** origin for server-to-server requests in place of the issuer's, where the public name does not lead to the IdP */
  readonly internalOrigin: string | undefined;
  /** permits http to hosts other than this machine */
  readonly unsafePlainHttp: boolean;
}

/** One answer, read whole. `body` is undefined when it was no JSON. */
export type Answer = Extract<ProbeOutcome, { kind: 'answered' }> & { readonly location: string | undefined };

const TIMEOUT_MS = 10_000;
const BODY_LIMIT = 256 * 1024;
const LOOPBACK = /^(?:localhost|[^.]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Speaks HTTP with one IdP: never without a time limit (10 s) and a size limit (256 KB), never following a redirect,
 * never in clear text to another machine.
 */
export class IdpHttp {
  constructor(
    private readonly address: IdpAddress,
    private readonly clock: Clock,
  ) {}

  /** Sends one request. Network faults are an outcome, not an exception. */
  async send(
    url: string,
    init: RequestInit,
    signal?: AbortSignal,
  ): Promise<Answer | Extract<ProbeOutcome, { kind: 'unreachable' }>> {
    const target = this.resolve(url);
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(target, {
        ...init,
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return await readAnswer(response, this.clock.now());
    } catch (error) {
      return { kind: 'unreachable', reason: timeout.aborted ? 'timeout' : reasonOf(error) };
    }
  }

  /** Gives the address that a request for `url` really goes to. @throws IdpError `IDP_INSECURE` */
  resolve(url: string): string {
    const { issuer, internalOrigin, unsafePlainHttp } = this.address;
    const target = new URL(url);
    const moved = internalOrigin !== undefined && target.origin === new URL(issuer).origin;
    const reached = moved ? new URL(`${target.pathname}${target.search}`, internalOrigin) : target;
    if (reached.protocol !== 'https:' && !unsafePlainHttp && !LOOPBACK.test(reached.hostname)) {
      throw new IdpError(
        'IDP_INSECURE',
        `${reached.origin} is plain http on another machine; use https, or set UNSAFE_PLAIN_HTTP_IDP=1`,
      );
    }
    return reached.href;
  }
}

async function readAnswer(
  response: Response,
  now: Date,
): Promise<Answer | Extract<ProbeOutcome, { kind: 'unreachable' }>> {
  const text = await readLimited(response);
  if (text === undefined) return { kind: 'unreachable', reason: 'too_large' };
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
  return {
    kind: 'answered',
    status: response.status,
    body: isJson ? parseJson(text) : undefined,
    retryAfterS: retryAfterOf(response.headers.get('retry-after'), now),
    location: response.headers.get('location') ?? undefined,
  };
}

async function readLimited(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined; // leaving the loop cancels the body
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#field.retry-after RFC 9110} §10.2.3 */
function retryAfterOf(value: string | null, now: Date): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code.toLowerCase() : 'connect';
}
