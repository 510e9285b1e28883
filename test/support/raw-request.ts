import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Visitor } from './visitor.js';

interface RawOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** whose cookies go along */
  readonly visitor?: Visitor | undefined;
}

/** An answer, as it came off the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends a request whose target goes over the wire exactly as written, with exactly these headers: `fetch` would tidy up the
 * one, and add Sec-Fetch-* to the others.
 */
export async function sendRaw(
  origin: string,
  target: string,
  { method = 'GET', headers = {}, body, visitor }: RawOptions = {},
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin);
  const cookie = (await visitor?.jar.getCookieString(new URL(target, origin).href)) ?? '';
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port, path: target, method, agent: false },
      headers: { host, ...(cookie === '' ? {} : { cookie }), ...headers },
    });
    sent.on('response', (answer) => {
      text(answer).then((body) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: body });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
